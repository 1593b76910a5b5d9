import { Component } from 'preact';
import type { GraphNode } from '../../src/shared/graphModel';
import { icons } from '../ui/icons';
import { boxContent, signOf, type BoxMark } from './boxContent';
import type { Detail } from './look';
import { cutToFit, isolated, type Fonts } from './textFit';

export interface NodeBoxProps {
  readonly node: GraphNode;
  readonly i: number;
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly fonts: Fonts;
  readonly detail: Detail;
  readonly selected: boolean;
  readonly focused: boolean;
  readonly dim: boolean;
  readonly match: boolean;
}

/** One box of the graph in SVG. It is drawn again only when something about it has changed. */
export class NodeBox extends Component<NodeBoxProps> {
  override shouldComponentUpdate(next: NodeBoxProps): boolean {
    return (Object.keys(next) as (keyof NodeBoxProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render() {
    const { node, i, label, width, height, detail, selected, focused, dim, match } = this.props;
    const { x, y, state, ghost } = node;
    const classes = [
      'gnode',
      `is-${signOf(node).tone}`,
      state,
      detail,
      ghost ? 'ghost' : '',
      selected ? 'sel' : '',
      dim ? 'dim' : '',
      match ? 'match' : '',
    ];
    return (
      <g class={classes.filter(Boolean).join(' ')} transform={`translate(${x} ${y})`}>
        {node.stands !== undefined && (
          <path class="stack" d={`M6 ${height} v4 h${width - 2} v-${height - 2} h-4`} />
        )}
        <rect class="box" width={width} height={height} rx={4} />
        {detail === 'full' && this.#marks()}
        {detail === 'title' && this.#title()}
        <rect
          class="ring"
          x={-3}
          y={-3}
          width={width + 6}
          height={height + 6}
          rx={6}
          role="button"
          tabindex={focused ? 0 : -1}
          data-i={i}
          aria-label={label}
          aria-pressed={selected}
        />
      </g>
    );
  }

  #marks() {
    const { node, width, fonts } = this.props;
    // The button says all of it, and the names in full.
    return (
      <g aria-hidden="true">
        {boxContent(node, width, fonts).map((mark, k) => (
          <Mark mark={mark} key={k} />
        ))}
      </g>
    );
  }

  /** From further away: the icon and the id, large. */
  #title() {
    const { node, width, fonts } = this.props;
    const text = node.stands === undefined ? node.id : node.name;
    return (
      <g aria-hidden="true">
        <text class="ci big" x={12} y={47}>
          {icons[signOf(node).icon]}
        </text>
        <text class="id big" x={54} y={42}>
          {isolated(cutToFit(text, (width - 64) / 2.2, fonts.id))}
        </text>
      </g>
    );
  }
}

const roleClass = {
  id: 'id',
  name: 'nm',
  word: 'mu',
  commit: 'mu mono',
  count: 'mu num',
  worker: 'wt',
} as const;

function Mark({ mark }: { mark: BoxMark }) {
  switch (mark.kind) {
    case 'text':
      return (
        <text
          class={roleClass[mark.role]}
          x={mark.x}
          y={mark.y}
          text-anchor={mark.anchor === 'start' ? undefined : mark.anchor}
        >
          {mark.text}
        </text>
      );
    case 'icon':
      return (
        <text class={`ci s is-${mark.tone}`} x={mark.x} y={mark.y}>
          {mark.char}
        </text>
      );
    case 'chip':
      return <rect class="wchip" x={mark.x} y={mark.y} width={mark.width} height={mark.height} rx={4} />;
  }
}
