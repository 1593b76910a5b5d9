import { join, relative } from 'node:path';
import { newBusFiles, queueLine, type BusPayloads } from '../../files/busWriting';
import type { EditRefusal } from '../../model/edit';
import { appendLine } from '../../store/appendLine';
import type { RunContext } from '../run/runContext';

/** What posting needs of a run. */
export type BusContext = Pick<RunContext, 'place'> & {
  readonly ports: Pick<RunContext['ports'], 'editor' | 'clock' | 'newId'>;
};

/**
 * Posts one message on the track's bus (spec 003, "Message Bus"; FORMATS §4.9): one line of queue.jsonl in one write.
 * A bus that is not there is made. Returns why nothing was posted: what appendLine, the editor and queueLine refuse.
 * @param source who says it; default `orchestrator`
 */
export async function postMessage<T extends keyof BusPayloads>(
  context: BusContext,
  type: T,
  payload: BusPayloads[T],
  source = 'orchestrator',
): Promise<EditRefusal | undefined> {
  const { root, bus } = context.place;
  const message = queueLine(type, payload, {
    id: `msg-${context.ports.newId()}`,
    source,
    at: context.ports.clock(),
  });
  if ('refused' in message) return message.refused;
  const queue = join(bus, 'queue.jsonl');
  const posted = await appendLine(root, queue, message.line);
  if (!('refused' in posted)) return undefined;
  if (posted.refused.code !== 'file-missing') return posted.refused;
  const refused = await ensureBus(context);
  if (refused) return refused;
  const again = await appendLine(root, queue, message.line);
  return 'refused' in again ? again.refused : undefined;
}

/**
 * Leaves a signal file in `events/` (eventFileName); one that is there gets the new text. Returns why it was not written.
 * @param text empty, PASS or FAIL, a commit, or what went wrong
 */
export async function postEvent(
  context: BusContext,
  name: string,
  text = '',
): Promise<EditRefusal | undefined> {
  const { editor } = context.ports;
  const { root, bus } = context.place;
  const file = join(bus, 'events', name);
  const made = await editor.create({ root, file, text });
  if (!('refused' in made)) return undefined;
  if (made.refused.code !== 'exists' || text === '')
    return made.refused.code === 'exists' ? undefined : made.refused;
  const changed = await editor.edit({
    root,
    file,
    change: (before) => ({ edits: before === text ? [] : [{ start: 0, end: before.length, text }] }),
  });
  return 'refused' in changed ? changed.refused : undefined;
}

/** Makes the files of the bus that are not there; what is there stays as it is. */
export async function ensureBus(context: BusContext): Promise<EditRefusal | undefined> {
  const { root, bus } = context.place;
  const track = projectPath(context.place, context.place.trackFolder);
  for (const [file, text] of Object.entries(newBusFiles(track, context.ports.clock()))) {
    const made = await context.ports.editor.create({ root, file: join(bus, file), text });
    if ('refused' in made && made.refused.code !== 'exists') return made.refused;
  }
  return undefined;
}

/** A path as agents read it: relative to the project, with `/`. */
export function projectPath(place: Pick<RunContext['place'], 'projectRoot'>, path: string): string {
  return relative(place.projectRoot, path).replaceAll('\\', '/');
}
