import type { Track } from '../../model/track';
import type { TaskGraph } from '../../rules/taskGraph';
import type { TaskMessages } from '../../store/taskMessages';
import type { RunContext } from '../run/runContext';
import { GatheredEdits } from './gatheredEdits';
import type { PlanMarks } from './planMarks';

/** What the parts of one parallel EXECUTE share. */
export interface Execution {
  /** Its editor makes edits of one file together (GatheredEdits). */
  readonly context: RunContext;
  readonly messages: TaskMessages;
  readonly plan: PlanMarks;
  /** Tasks whose DEP_READY was posted by this loop: several that end together have the same successors. */
  readonly readied: Set<string>;
  /** The track as it was last read. What this run has recorded since stands in the journal. */
  readonly track: Track;
  readonly graph: TaskGraph;
}

/** How long the first of several writes of one file waits for the others: workers that are started or end together. */
const pauseMs = 10;

export function pauseOf({ ports }: Pick<RunContext, 'ports'>): () => Promise<void> {
  return () => ports.sleep(pauseMs);
}

/** The context with an editor that makes edits of one file together. */
export function gathering(context: RunContext): RunContext {
  const editor = new GatheredEdits(context.ports.editor, pauseOf(context));
  return {
    ports: { editor, ...otherPorts(context) },
    settings: context.settings,
    place: context.place,
    log: context.log,
    desk: context.desk,
    signal: context.signal,
    emit: (event) => context.emit(event),
  };
}

/** Ports may be instances of classes, whose methods a spread would leave behind. */
function otherPorts({ ports }: RunContext): Omit<RunContext['ports'], 'editor'> {
  return {
    agents: ports.agents,
    processes: ports.processes,
    tracks: ports.tracks,
    git: ports.git,
    clock: () => ports.clock(),
    newId: () => ports.newId(),
    sleep: (ms, signal) => ports.sleep(ms, signal),
    confirm: (question) => ports.confirm(question),
  };
}
