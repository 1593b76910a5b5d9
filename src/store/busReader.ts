import { join } from 'node:path';
import { newestSessionFile } from '../files/boardPaths';
import { parseBoardFiles, parseLocks, parseWorkerStatus, waitingOf } from '../files/messageBusFiles';
import type { BoardSession } from '../model/board';
import type { MessageBus } from '../model/messageBus';
import type { Problem, TextProblem } from '../model/problem';
import { astrayProblem, type DiskView, type Reading, type TextFormat } from './diskView';
import { QueueReader } from './queueReader';

/** Folder of the bus within a track (spec 003, "Message Bus"; FORMATS §4.9). */
export const busFolderName = '.message-bus';

/** What is read in it (FORMATS §4.9). */
const parts = ['queue.jsonl', 'locks.json', 'worker-status.json', 'events', 'board'];
const absent = { state: 'absent' } as const;

const locksFormat = { name: 'locks', parse: parseLocks };
const workersFormat = { name: 'worker status', parse: parseWorkerStatus };
/** Board files are understood together, so each is kept as its text. */
const plainFormat: TextFormat<string> = { name: 'text', parse: (text) => text };

/** Reads one `.message-bus/` folder, again and again. Gives the same object as long as nothing in it changed. */
export class BusReader {
  readonly #queue: QueueReader;
  #inputs: readonly unknown[] = [];
  #bus: MessageBus | undefined;

  constructor(
    private readonly view: DiskView,
    private readonly folder: string,
  ) {
    this.#queue = new QueueReader(view, join(folder, 'queue.jsonl'));
  }

  async read(signal?: AbortSignal): Promise<MessageBus> {
    const at = (name: string): string => join(this.folder, name);
    const listing = await this.view.list(this.folder, 'content');
    const entries = listing.state === 'read' ? listing.entries : [];
    const astray = entries.filter((e) => e.kind === 'astray' && parts.includes(e.name));
    const has = (name: string): boolean => !astray.some((e) => e.name === name);
    const [queue, locks, workers, events, board] = await Promise.all([
      has('queue.jsonl') ? this.#queue.read(signal) : undefined,
      has('locks.json') ? this.view.read(at('locks.json'), locksFormat) : absent,
      has('worker-status.json') ? this.view.read(at('worker-status.json'), workersFormat) : absent,
      has('events') ? this.view.list(at('events'), 'content') : absent,
      has('board') ? this.#readBoard(at('board')) : [],
    ]);
    const readings = board.map((file) => file.reading);
    const inputs = [queue, locks, workers, events, ...readings, JSON.stringify(astray)];
    if (this.#bus && sameItems(inputs, this.#inputs)) return this.#bus;

    const problems: Problem[] = [
      ...astray.map((entry) => astrayProblem(at(entry.name), entry)),
      ...(queue?.problems ?? []),
    ];
    const session = boardSession(board, problems);
    const bus: MessageBus = {
      folder: this.folder,
      messages: queue?.messages ?? [],
      messageCount: queue?.messageCount ?? 0,
      locks: valueOf(locks, at('locks.json'), problems)?.locks ?? [],
      workers: valueOf(workers, at('worker-status.json'), problems)?.workers ?? [],
      events:
        events.state === 'read'
          ? events.entries.filter((e) => e.kind === 'file' && e.name.endsWith('.event')).map((e) => e.name)
          : [],
      ...(session ? { board: session } : {}),
      waiting: waitingOf(queue?.blocked ?? []),
      problems,
    };
    this.#inputs = inputs;
    this.#bus = bus;
    return bus;
  }

  async #readBoard(folder: string): Promise<BoardFile[]> {
    const listing = await this.view.list(folder, 'content');
    if (listing.state !== 'read') return [];
    const files = listing.entries.filter((e) => e.kind === 'file').map((e) => e.name);
    const session = newestSessionFile(files);
    const wanted: [BoardPart, string | undefined][] = [
      ['session', session],
      ['assessments', 'assessments.json'],
      ['votes', 'votes.json'],
      ['discussion', 'discussion.jsonl'],
      ['resolution', 'resolution.md'],
    ];
    const found: BoardFile[] = [];
    for (const [part, name] of wanted) {
      if (name === undefined || !files.includes(name)) continue;
      const path = join(folder, name);
      found.push({ part, path, reading: await this.view.read(path, plainFormat) });
    }
    return found;
  }
}

type BoardPart = 'session' | 'assessments' | 'votes' | 'discussion' | 'resolution';

interface BoardFile {
  readonly part: BoardPart;
  readonly path: string;
  readonly reading: Reading<string>;
}

function boardSession(files: readonly BoardFile[], problems: Problem[]): BoardSession | undefined {
  const [first] = files;
  if (!first) return undefined;
  const texts: Partial<Record<BoardPart, string>> = {};
  for (const { part, reading } of files) {
    if (reading.state === 'read') texts[part] = reading.value;
    if (reading.state === 'failed') problems.push(reading.problem);
  }
  const read = parseBoardFiles(texts);
  for (const { part, ...problem } of read.problems) {
    const path = files.find((file) => file.part === part)?.path ?? first.path;
    problems.push(...inFile([problem], path));
  }
  return read.session;
}

function valueOf<T extends { problems: readonly TextProblem[] }>(
  reading: Reading<T>,
  file: string,
  problems: Problem[],
): T | undefined {
  if (reading.state === 'failed') problems.push(reading.problem);
  if (reading.state !== 'read') return undefined;
  problems.push(...inFile(reading.value.problems, file));
  return reading.value;
}

/** Problems of a text, as problems of the file that holds it. */
export function inFile(problems: readonly TextProblem[], file: string): Problem[] {
  return problems.map((problem) => ({ ...problem, file }));
}

/** True if both hold the very same things in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
