import type { LoggedCommit, TimelineSource } from '../../model/timeline';
import type { Draft } from './draft';
import { readTime, type ReadTime } from './readTime';

/** A fact with all that its sources tell of it. */
export interface Fact extends Draft {
  readonly time: ReadTime;
  readonly alsoIn: readonly TimelineSource[];
}

/** Two sources that tell the same write it down within this time, ms. */
const closeBy = 15 * 60_000;
const dayMs = 24 * 3_600_000;
/** Facts of one name that are compared: a damaged file may have a hundred thousand. */
const mostAlike = 200;

/**
 * Puts facts together that several sources tell:
 * - the completion of a task on the bus, in plan.md and as a signal file, unless their commits differ;
 * - what both call the same (see `Draft.same`) on one day, or within a quarter of an hour, from different sources;
 * - a commit in the log of git with each fact that names it: that is then dated by it, if by nothing else.
 * Every fact of one source stays one fact. Order is kept. About linear.
 */
export function mergedFacts(drafts: readonly Draft[], commits: readonly LoggedCommit[], now: number): Fact[] {
  const facts: Fact[] = [];
  const bySame = new Map<string, number[]>();
  const byTask = new Map<string, number[]>();
  for (const draft of drafts) {
    const fact: Fact = { ...draft, time: readTime(draft.written, now), alsoIn: [] };
    const task = draft.kind === 'task' && draft.task !== undefined ? plainTask(draft.task) : undefined;
    const places =
      draft.same !== undefined ? listIn(bySame, draft.same) : task !== undefined ? listIn(byTask, task) : [];
    const place = places
      .slice(0, mostAlike)
      .find((i) => (task === undefined ? isClose : isCompletion)(facts[i]!, fact));
    if (place === undefined) places.push(facts.push(fact) - 1);
    else facts[place] = joined(facts[place]!, fact);
  }
  return withCommits(facts, commits, now);
}

function isClose(a: Fact, b: Fact): boolean {
  if (a.source === b.source || a.alsoIn.includes(b.source)) return false;
  const [one, other] = [a.time, b.time];
  if (one.at === undefined || other.at === undefined) return false;
  if (one.dayOnly || other.dayOnly) return Math.floor(one.at / dayMs) === Math.floor(other.at / dayMs);
  return Math.abs(one.at - other.at) <= closeBy;
}

/** Completions of one task are one, unless one source tells several or they name different commits. */
function isCompletion(a: Fact, b: Fact): boolean {
  const isSignal = b.written === undefined && b.source === 'bus';
  if (!isSignal && (a.source === b.source || a.alsoIn.includes(b.source))) return false;
  return a.commit === undefined || b.commit === undefined || sameCommit(a.commit, b.commit);
}

/** The better text and the better time; the rest is kept where it says more. */
function joined(a: Fact, b: Fact): Fact {
  const [best, other] = textRank(b) < textRank(a) ? [b, a] : [a, b];
  const [timed] = [a, b].sort((x, y) => timeRank(x.time) - timeRank(y.time));
  const written = timed!.written;
  const { same: _same, written: _written, ...rest } = best;
  return {
    ...rest,
    time: timed!.time,
    ...(written === undefined ? {} : { written }),
    ...pick('detail', best, other),
    ...pick('by', best, other),
    ...pick('task', best, other),
    ...pick('commit', best, other),
    ...(a.same === undefined ? {} : { same: a.same }),
    alsoIn: [...new Set([other.source, ...a.alsoIn, ...b.alsoIn])].filter((source) => source !== best.source),
  };
}

function pick<Key extends 'detail' | 'by' | 'task' | 'commit'>(
  key: Key,
  best: Fact,
  other: Fact,
): Pick<Fact, never> {
  const value = best[key] ?? other[key];
  return value === undefined ? {} : { [key]: value };
}

/** plan.md names the task, a report its checks. */
function textRank({ source }: Fact): number {
  return ['reports', 'plan', 'metadata', 'bus', 'git'].indexOf(source);
}

function timeRank({ at, dayOnly, doubt }: ReadTime): number {
  return at === undefined ? 3 : doubt === 'future' || doubt === 'longAgo' ? 2 : dayOnly ? 1 : 0;
}

function withCommits(facts: readonly Fact[], commits: readonly LoggedCommit[], now: number): Fact[] {
  const byStart = new Map<string, LoggedCommit[]>();
  for (const commit of commits) listIn(byStart, commit.sha.slice(0, shortest).toLowerCase()).push(commit);
  const told = new Set<LoggedCommit>();
  const dated = facts.map((fact): Fact => {
    const { commit } = fact;
    const found =
      commit === undefined
        ? undefined
        : byStart.get(commit.slice(0, shortest).toLowerCase())?.find(({ sha }) => sameCommit(sha, commit));
    if (!found) return fact;
    told.add(found);
    const commitTime = readTime(found.date, now);
    const takesTime = timeRank(fact.time) === 3 && commitTime.at !== undefined;
    return {
      ...fact,
      ...(takesTime ? { time: commitTime, written: found.date } : {}),
      detail: fact.detail ?? found.subject,
      by: fact.by ?? found.author,
      alsoIn: fact.alsoIn.includes('git') ? fact.alsoIn : [...fact.alsoIn, 'git'],
    };
  });
  const own = commits
    .filter((commit) => !told.has(commit))
    .map((commit): Fact => ({
      key: commit.sha,
      kind: 'commit',
      state: 'idle',
      text: commit.subject === '' ? `Commit ${commit.shortSha}` : commit.subject,
      written: commit.date,
      by: commit.author,
      commit: commit.shortSha,
      source: 'git',
      time: readTime(commit.date, now),
      alsoIn: [],
    }));
  return [...dated, ...own];
}

/** Digits that every name of a commit has. */
const shortest = 7;

function sameCommit(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= shortest && long.toLowerCase().startsWith(short.toLowerCase());
}

function plainTask(id: string): string {
  return id
    .trim()
    .replace(/^tasks?\s+(?=\S)/i, '')
    .toLowerCase();
}

function listIn<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const known = map.get(key);
  if (known) return known;
  const made: Item[] = [];
  map.set(key, made);
  return made;
}
