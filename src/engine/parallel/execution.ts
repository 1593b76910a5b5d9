import type { Track } from '../../model/track';
import type { TaskGraph } from '../../rules/taskGraph';
import type { FileEditor } from '../../store/fileEditor';
import type { TaskMessages } from '../../store/taskMessages';
import type { RunContext } from '../run/runContext';
import type { PlanMarks } from './planMarks';

/** What the parts of one parallel EXECUTE share. */
export interface Execution {
  /** Its editor makes edits of one file together (GatheredEdits). */
  readonly context: RunContext;
  readonly messages: TaskMessages;
  readonly plan: PlanMarks;
  /** The track as it was last read. What this run has recorded since stands in the journal. */
  readonly track: Track;
  readonly graph: TaskGraph;
}

/** The context with another editor. */
export function withEditor(context: RunContext, editor: FileEditor): RunContext {
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
