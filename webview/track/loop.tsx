import { useRef } from 'preact/hooks';
import type { DrawnStep, LoopEdge, LoopNode, LoopPicture } from '../../src/shared/trackModel';
import { icons } from '../ui/icons';
import { moveFocus } from '../ui/rovingFocus';
import { fitText, textWidth } from './fitText';
import { box, tallLoop, wideLoop, type LoopShape } from './loopShape';
import { signOf } from './signs';

interface LoopProps {
  readonly loop: LoopPicture;
  /** The step that the arrows stand at. */
  readonly chosen: DrawnStep | undefined;
  readonly onChoose: (step: DrawnStep) => void;
  readonly onOpen: (step: DrawnStep) => void;
}

/** Width for the name in a box, px. */
const room = box.width - 16;

/** The evaluate-loop, lying where there is room and upright where there is not. */
export function Loop(props: LoopProps) {
  return (
    <section class="loop" aria-label="Loop">
      <LoopSvg {...props} shape={wideLoop} />
      <LoopSvg {...props} shape={tallLoop} />
      <p class="vh">{pathSentence(props.loop)}</p>
    </section>
  );
}

function LoopSvg({ loop, shape, chosen, onChoose, onOpen }: LoopProps & { shape: LoopShape }) {
  const svg = useRef<SVGSVGElement>(null);
  const now = loop.steps.find((step) => step.now);
  const stop = loop.steps.some(({ step }) => step === chosen) ? chosen : (now?.step ?? loop.steps[0]?.step);
  return (
    <svg
      ref={svg}
      class={shape.name}
      width={shape.width}
      height={shape.height}
      viewBox={`0 0 ${String(shape.width)} ${String(shape.height)}`}
      role="list"
      aria-label={`Evaluate loop, ${now ? `present step ${now.name}` : 'no present step'}`}
      onKeyDown={(event) => {
        // It is an HTMLElement in all that the arrows need.
        if (svg.current) moveFocus(event, svg.current as unknown as HTMLElement, { selector: '.lnode' });
      }}
    >
      {loop.edges.map((edge) => (
        <Edge key={edge.way} edge={edge} shape={shape} />
      ))}
      {loop.steps.map((node) => (
        <Node
          key={node.step}
          node={node}
          at={shape.nodes[node.step]}
          inTab={node.step === stop}
          onChoose={() => onChoose(node.step)}
          onOpen={() => onOpen(node.step)}
        />
      ))}
    </svg>
  );
}

function Edge({ edge, shape }: { edge: LoopEdge; shape: LoopShape }) {
  const { line, tip, label, lines } = shape.edges[edge.way];
  const [x, y, anchor] = label;
  const off = edge.count === 0;
  const texts = lines ? edge.label.split(', ').flatMap(twoLines) : [edge.label];
  return (
    <g aria-hidden="true">
      <path class={off ? 'ledge' : 'ledge taken'} d={line} />
      <path class={off ? 'tip off' : 'tip'} d={tip} />
      {texts.map((text, i) => (
        <text key={i} class={`lab halo ${off ? 'off' : ''}`} x={x} y={y + i * 14} text-anchor={anchor}>
          {text}
        </text>
      ))}
    </g>
  );
}

/** "sync not required" is wider than the upright picture has room for. */
function twoLines(text: string): string[] {
  return text.length > 14
    ? [text.slice(0, text.lastIndexOf(' ')), text.slice(text.lastIndexOf(' ') + 1)]
    : [text];
}

function Node({
  node,
  at: [x, y],
  inTab,
  onChoose,
  onOpen,
}: {
  node: LoopNode;
  at: readonly [number, number];
  inTab: boolean;
  onChoose: () => void;
  onOpen: () => void;
}) {
  const sign = signOf(node.status);
  const status = [node.status.word, node.detail].filter((part) => part !== undefined).join(', ');
  return (
    <g
      class={`lnode is-${sign.tone} ${node.now ? 'now' : ''} ${node.reached ? '' : 'off'}`}
      role="listitem"
      tabIndex={inTab ? 0 : -1}
      aria-label={`${node.name}: ${status}${node.now ? ', present step' : ''}`}
      aria-current={node.now ? 'step' : undefined}
      aria-keyshortcuts="Enter"
      onFocus={onChoose}
      onDblClick={onOpen}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        onOpen();
      }}
    >
      <title>{`${node.name}: ${status}. Enter or double click opens its checkpoint.`}</title>
      <rect class="box" x={x} y={y} width={box.width} height={box.height} rx="4" />
      <rect class="ring" x={x - 3} y={y - 3} width={box.width + 6} height={box.height + 6} rx="6" />
      <text
        class="nm"
        x={x + 8}
        y={y + 19}
        // In wide letters the longest name is pressed together a little rather than cut.
        textLength={textWidth(node.name, '600 12px') > room ? room : undefined}
        lengthAdjust="spacingAndGlyphs"
      >
        {node.name}
      </text>
      <text aria-hidden="true" class="ci s" x={x + 8} y={y + 39}>
        {icons[sign.icon]}
      </text>
      <text class="mu" x={x + 26} y={y + 37}>
        {fitText(status, box.width - 32, '11px')}
      </text>
      {node.now ? (
        <>
          <rect class="flag" x={x + 8} y={y - 17} width="36" height="16" rx="2" />
          <text aria-hidden="true" class="flagt" x={x + 26} y={y - 5} text-anchor="middle">
            Now
          </text>
        </>
      ) : null}
    </g>
  );
}

const wayWords: Readonly<Record<LoopEdge['way'], string>> = {
  planned: 'Plan to Evaluate plan',
  planPassed: 'Evaluate plan to Execute, passed',
  planFailed: 'Evaluate plan back to Plan, failed',
  executed: 'Execute to Evaluate execution',
  failed: 'Evaluate execution to Fix, failed',
  fixed: 'Fix back to Evaluate execution',
  toSync: 'Evaluate execution to Business sync, passed',
  synced: 'Business sync to Complete',
  noSync: 'Evaluate execution to Complete, sync not required',
};

/** The path that was taken, for who does not see the lines. */
function pathSentence({ edges }: LoopPicture): string {
  const taken = edges.filter(({ count }) => count > 0);
  if (taken.length === 0) return 'No way of the loop has been taken yet.';
  return `Taken: ${taken.map(({ way, count }) => `${wayWords[way]}, ${count === 1 ? 'once' : `${String(count)} times`}`).join('; ')}.`;
}
