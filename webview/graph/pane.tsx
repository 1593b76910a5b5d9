import type { Ref } from 'preact';
import { settableMarkers, markerWord, type Marker, type SettableMarker } from '../../src/model/marker';
import type { CommonRequest, PlaceLink, Reply } from '../../src/shared/protocol';
import type {
  GraphEvent,
  GraphModel,
  GraphNode,
  GraphPlace,
  GraphRequest,
} from '../../src/shared/graphModel';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { CommitLink, FileLink } from '../ui/links';
import { State } from '../ui/state';
import { Button } from '../ui/toolkit';
import { signOf, wordOf } from './boxContent';
import { Menu } from './menu';
import { isFinished, type Scene } from './scene';

/** Tasks that are listed as needed or unblocked. */
const mostListed = 50;

export type Ask = (request: GraphRequest | CommonRequest) => Promise<Reply>;

export interface PaneProps {
  readonly scene: Scene;
  readonly node: number;
  readonly ask: Ask;
  readonly heading: Ref<HTMLHeadingElement>;
  readonly onSelect: (node: number) => void;
  readonly onClose: () => void;
  readonly onCollapse: (phase: string) => void;
}

/** All that is known of the selected task. */
export function Pane(props: PaneProps) {
  const { scene, node: i, ask, heading, onClose, onSelect } = props;
  const { model } = scene;
  const node = model.nodes[i]!;
  const sign = signOf(node);
  const phase = node.phase === undefined ? undefined : model.phases[node.phase];
  const meta = [phase?.name, model.lanes[node.lane]?.label, node.type].filter(
    (text, k, all) => text !== undefined && text !== '' && all.indexOf(text) === k,
  );
  return (
    <aside class="pane" aria-label={`Task ${node.id}`}>
      <div class="pane-h">
        <h2 ref={heading} tabIndex={-1}>
          {node.stands === undefined && <span class="mono">{node.id} </span>}
          {node.name !== node.id && <bdi>{node.name}</bdi>}
        </h2>
        <Button
          kind="quiet"
          icon="close"
          label="Close details"
          title="Close details (Escape)"
          onClick={onClose}
        />
        <div class="btns">
          <State sign={sign} word={wordOf(node)} />
          <span class="meta">{meta.join(', ')}</span>
        </div>
      </div>
      <Why model={model} node={node} ask={ask} />
      {(node.remarks?.length ?? 0) > 0 && (
        <section>
          <h3>Worth a look</h3>
          {node.remarks?.map((remark, k) => (
            <p class="remark is-warn" key={k}>
              <Icon name="warning" /> {remark}
            </p>
          ))}
        </section>
      )}
      <Tasks title="Needs" of={scene.needs[i]!} model={model} onSelect={onSelect} />
      <Tasks title="Unblocks" of={scene.unblocks[i]!} model={model} onSelect={onSelect} />
      <Files model={model} node={node} ask={ask} />
      {node.acceptance !== undefined && (
        <section class="files">
          <h3>Acceptance</h3>
          <ul>
            {node.acceptance.split(/\s*(?:;|\n)\s*/).map((text, k) => (
              <li key={k}>
                <Icon name={node.state === 'done' ? 'pass' : 'circle-large'} />
                <span>{text}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <History model={model} node={node} ask={ask} />
      {node.estimate !== undefined && (
        <section>
          <h3>Estimate</h3>
          <p>{node.estimate}</p>
        </section>
      )}
      <Acts {...props} />
    </aside>
  );
}

function Why({ model, node, ask }: { model: GraphModel; node: GraphNode; ask: Ask }) {
  const reasons = node.reasons ?? [];
  if (reasons.length === 0) return null;
  const title =
    node.state === 'waiting'
      ? 'Why it waits'
      : node.state === 'failed'
        ? 'Why it failed'
        : 'Why it is blocked';
  return (
    <section>
      <h3>{title}</h3>
      <div class={`because is-${node.state === 'waiting' ? 'idle' : 'bad'}`}>
        {reasons.map(({ by, because, at }, k) => {
          const holder = by === undefined ? undefined : model.nodes[by];
          return (
            <p key={k}>
              {holder && k === 0 && (
                <b>
                  {node.state === 'waiting' ? 'Waits for' : 'Blocked by'} {holder.id}:{' '}
                </b>
              )}
              <Linked text={because} place={at && placeOf(model, at)} ask={ask} />
            </p>
          );
        })}
        {node.moreReasons !== undefined && <p class="meta">and {node.moreReasons} more that it waits for</p>}
      </div>
    </section>
  );
}

/** A sentence that names a place, with that name as a link; when it does not, the link follows. */
function Linked({ text, place, ask }: { text: string; place: PlaceLink | undefined; ask: Ask }) {
  if (!place) return <>{text}</>;
  const file = place.file.split(/[\\/]/).at(-1) ?? '';
  const name = place.line === undefined ? file : `${file}:${place.line}`;
  const at = text.lastIndexOf(name);
  const found = at !== -1 && !/\d/.test(text[at + name.length] ?? '');
  return (
    <>
      {found ? text.slice(0, at) : `${text} `}
      <FileLink place={place} ask={ask} />
      {found && text.slice(at + name.length)}
    </>
  );
}

function Tasks({
  title,
  of,
  model,
  onSelect,
}: {
  title: string;
  of: readonly number[];
  model: GraphModel;
  onSelect: (node: number) => void;
}) {
  if (of.length === 0) return null;
  const open = of.filter((i) => !isFinished(model.nodes[i]!));
  const listed = [...open, ...of.filter((i) => isFinished(model.nodes[i]!))].slice(0, mostListed);
  return (
    <section class="rows">
      <h3>{title}</h3>
      <ul>
        {listed.map((i) => {
          const node = model.nodes[i]!;
          return (
            <li key={node.id}>
              <button
                type="button"
                class="row-button"
                onClick={() => onSelect(i)}
                title={`Select ${node.id} ${node.name}`}
              >
                <span class="mono muted clip">{node.stands === undefined ? node.id : ''}</span>
                <span class="clip">
                  <bdi>{node.name}</bdi>
                </span>
                <State sign={signOf(node)} />
              </button>
            </li>
          );
        })}
      </ul>
      {of.length > listed.length && <p class="meta">and {of.length - listed.length} more</p>}
    </section>
  );
}

function Files({ model, node, ask }: { model: GraphModel; node: GraphNode; ask: Ask }) {
  const files = node.files ?? [];
  if (files.length === 0) return null;
  return (
    <section class="files">
      <h3>Files</h3>
      <ul>
        {files.map((f) => {
          const { path, file } = model.paths[f]!;
          const conflict = model.conflicts.some(
            ({ a, b }) =>
              [a, b].some((other) => model.nodes[other] === node) &&
              [a, b].every((other) => model.nodes[other]!.files?.includes(f)),
          );
          return (
            <li key={f} class={conflict ? 'is-warn' : ''}>
              <Icon name={conflict ? 'warning' : fileIcon(path)} />
              {file === undefined ? (
                <span class="clip mono">{path}</span>
              ) : (
                <span class="clip mono" title={conflict ? `${path}: another task writes it, too` : path}>
                  <FileLink place={{ file }} ask={ask}>
                    {shortPath(path)}
                  </FileLink>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function fileIcon(path: string): IconName {
  return /\.(md|txt)$/i.test(path) ? 'file' : 'file-code';
}

/** The end of a long path says most. */
function shortPath(path: string): string {
  const parts = path.split('/');
  return parts.length > 4 ? `…/${parts.slice(-3).join('/')}` : path;
}

function History({ model, node, ask }: { model: GraphModel; node: GraphNode; ask: Ask }) {
  const events: GraphEvent[] = [...(node.history ?? [])];
  if (node.commit !== undefined)
    events.push({
      text: 'plan.md names the commit',
      commit: node.commit,
      ...(node.at ? { at: node.at } : {}),
    });
  if (events.length === 0) return null;
  return (
    <section>
      <h3>History</h3>
      {events.map(({ time, text, at, commit }, k) => (
        <p class="meta" key={k} title={time}>
          {time === undefined ? '' : `${clock(time)} `}
          {text}
          {commit !== undefined && (
            <>
              {' '}
              <CommitLink commit={commit} ask={ask} />
            </>
          )}
          {at && (
            <>
              , <FileLink place={placeOf(model, at)} ask={ask} />
            </>
          )}
        </p>
      ))}
    </section>
  );
}

/** Only the time of today's events, else the day, too. */
function clock(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time.slice(0, 25);
  const hours = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
  const today = date.toDateString() === new Date().toDateString();
  return today ? hours : `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${hours}`;
}

export function placeOf(model: GraphModel, [file, line]: GraphPlace): PlaceLink {
  return { file: model.files[file]!, ...(line === undefined ? {} : { line }) };
}

/** `Task.id` of a node, for requests. */
export function taskOf(node: GraphNode): string | undefined {
  return node.task === null || node.stands !== undefined ? undefined : (node.task ?? node.id);
}

/** What Space makes of a marker: to do, in progress, done, and again. */
export function nextMarker(marker: Marker | undefined): SettableMarker {
  return marker === 'todo' ? 'doing' : marker === 'doing' ? 'done' : 'todo';
}

function Acts({ scene: { model }, node: i, ask, onCollapse }: PaneProps) {
  const node = model.nodes[i]!;
  const { at } = node;
  const task = taskOf(node);
  const phase = node.phase === undefined ? undefined : model.phases[node.phase];
  const why = whyNoDispatch(model, i);
  return (
    <div class="btns acts">
      {at && (
        <Button kind="primary" onClick={() => void ask({ kind: 'openFile', place: placeOf(model, at) })}>
          Open in plan.md
        </Button>
      )}
      {node.stands !== undefined && phase ? (
        <Button icon="unfold" onClick={() => onCollapse(phase.key)}>
          Show its tasks
        </Button>
      ) : (
        <>
          <Menu
            label={`Mark ${node.id}`}
            class=""
            up
            disabled={task === undefined ? 'plan.md has no box for this task.' : node.fixed}
            items={settableMarkers.map((marker) => ({
              key: marker,
              label: marker === 'blocked' ? `${markerWord[marker]}…` : markerWord[marker],
              kind: 'radio',
              checked: node.marker === marker,
              onChoose: () => {
                if (task !== undefined) void ask({ kind: 'mark', task, marker, quick: false });
              },
            }))}
          >
            Mark
          </Menu>
          <Button
            disabled={why ?? false}
            title={why === undefined ? model.dispatch.why : undefined}
            onClick={() => {
              if (task !== undefined) void ask({ kind: 'dispatch', task });
            }}
          >
            Dispatch
          </Button>
          {phase && model.phases.length > 1 && (
            <Button
              kind="quiet"
              icon="fold"
              title={`Draw ${phase.name} as one box`}
              onClick={() => onCollapse(phase.key)}
            >
              Phase as one box
            </Button>
          )}
        </>
      )}
      {why !== undefined && node.stands === undefined && <p class="meta">No dispatch: {why}</p>}
    </div>
  );
}

function whyNoDispatch(model: GraphModel, i: number): string | undefined {
  const { state, reasons, ghost } = model.nodes[i]!;
  const holder = reasons?.find(({ by }) => by !== undefined)?.by;
  if (ghost === 'missing') return 'plan.md has no such task.';
  switch (state) {
    case 'done':
      return 'It is done.';
    case 'skipped':
      return 'It is skipped.';
    case 'waiting':
    case 'blocked':
      return holder === undefined ? 'It is blocked.' : `It waits for ${model.nodes[holder]!.id}.`;
    default:
      return model.dispatch.node === i ? undefined : model.dispatch.why;
  }
}
