import { dirname, join } from 'node:path';
import { decodeText } from '../files/textFile';
import type { MetricGateSettings } from '../model/gate';
import type { Track } from '../model/track';
import { defaultMetricGates, type GateEvidence, type ResultFile } from '../rules/gates/gateEvidence';
import { containedPath } from './contain';
import { gitState } from './gitState';
import { reasonOf, hasCode } from './ioError';
import { megabytes } from './limits';
import { Pace } from './pace';
import { readingDisk } from './readingDisk';
import { TestResultsReader, type NamedResults } from './readTestResults';
import { filesOfPattern, isPattern, usualResultPaths } from './resultPaths';

export interface GateEvidenceOptions {
  /**
   * Files of test results, as paths or patterns relative to the folder (`conductor.gates.testResults`); by default those
   * of `usualResultPaths` that are there. A file that is named and missing is told, one of a pattern is not.
   */
  readonly resultPaths?: readonly (string | NamedResults)[];
  /** Absolute folder that everything must lie in. Default: the folder around the conductor directory. */
  readonly folder?: string;
  /**
   * False: the working tree is not looked at, and a remark says so. For folders that nobody trusts: to see what has
   * changed, git runs the filters that the configuration of the repository names.
   */
  readonly trusted?: boolean;
  readonly signal?: AbortSignal;
}

export interface GateEvidenceReading {
  readonly evidence: GateEvidence;
  /** What was not looked at, and why, in sentences: no git, a pattern without a file, … */
  readonly remarks: readonly string[];
}

/** One for each folder: a file that has not changed is not parsed twice. The oldest is forgotten first. */
const readers = new Map<string, TestResultsReader>();
const mostReaders = 20;
const largestState = 1024 * 1024;

/**
 * What bears on the gates of a track besides the track itself: test results, the working tree, and the metric gates that
 * spec 000's state file sets up. Reads below the folder only. What cannot be read is a problem of its file or a remark.
 * @throws the signal's reason when aborted
 */
export async function readGateEvidence(
  track: Pick<Track, 'root'>,
  options: GateEvidenceOptions = {},
): Promise<GateEvidenceReading> {
  const { folder = dirname(track.root), trusted = true, signal } = options;
  const remarks: string[] = [];
  const [results, git, metricGates] = await Promise.all([
    resultFiles(folder, options.resultPaths, remarks, signal),
    trusted ? gitState(folder, { signal }) : untrusted(folder),
    metricGatesOf(folder, remarks),
  ]);
  signal?.throwIfAborted();
  if ('unavailable' in git) remarks.push(git.unavailable.message);
  return {
    evidence: {
      ...(results.length > 0 ? { results } : {}),
      ...('state' in git ? { git: git.state } : {}),
      ...(metricGates ? { metricGates } : {}),
    },
    remarks,
  };
}

function untrusted(folder: string): Awaited<ReturnType<typeof gitState>> {
  const message = `The working tree of ${folder} was not looked at, because this window is in Restricted Mode: git would run programs that the repository names. Trust the workspace to have it read.`;
  return { unavailable: { code: 'not-trusted', message } };
}

async function resultFiles(
  folder: string,
  named: GateEvidenceOptions['resultPaths'],
  remarks: string[],
  signal: AbortSignal | undefined,
): Promise<ResultFile[]> {
  const pace = new Pace();
  const wanted = new Map<string, NamedResults>();
  for (const one of named ?? usualResultPaths) {
    const { path, feeds } = typeof one === 'string' ? { path: one } : one;
    // A usual path is only looked for: nobody said that it should be there.
    const isSought = named === undefined || isPattern(path);
    const found = isSought ? await filesOfPattern(folder, path, readingDisk, pace, signal) : undefined;
    if (named && found?.files.length === 0) remarks.push(`No file is called ${path} in ${folder}.`);
    if (found?.more)
      remarks.push(`${path} names more files than are read: the first ${found.files.length} were.`);
    for (const file of found?.files ?? [path]) {
      if (!wanted.has(file)) wanted.set(file, { path: file, ...(feeds ? { feeds } : {}) });
    }
  }
  let reader = readers.get(folder);
  if (!reader) readers.set(folder, (reader = new TestResultsReader(folder)));
  for (const oldest of readers.keys()) {
    if (readers.size <= mostReaders) break;
    readers.delete(oldest);
  }
  return reader.read([...wanted.values()], signal);
}

/**
 * Metric gates are in use where `.claude/CONDUCTOR_STATE.json` is (spec 000, "State Management"): those that it writes
 * down under `gates`, else the two of the spec. Scores in it are no values of criteria and are not taken for any.
 */
async function metricGatesOf(
  folder: string,
  remarks: string[],
): Promise<readonly MetricGateSettings[] | undefined> {
  const file = join(folder, '.claude', 'CONDUCTOR_STATE.json');
  const real = await containedPath(folder, file);
  if (real === undefined) return undefined;
  try {
    const { size, kind } = await readingDisk.stat(real);
    if (kind !== 'file') return undefined;
    if (size > largestState) {
      remarks.push(`${file} has ${megabytes(size)} and was not read (limit ${megabytes(largestState)}).`);
      return undefined;
    }
    const text = decodeText(await readingDisk.readFile(real))?.text ?? '';
    return gatesIn(JSON.parse(text)) ?? defaultMetricGates;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    remarks.push(
      error instanceof SyntaxError
        ? `${file} is not valid JSON, so its metric gates are not known.`
        : `${file} cannot be read: ${reasonOf(error)}.`,
    );
    return undefined;
  }
}

function gatesIn(state: unknown): MetricGateSettings[] | undefined {
  const gates = recordOf(recordOf(state)?.['gates']);
  if (!gates) return undefined;
  const read = Object.entries(gates).flatMap(([name, value]): MetricGateSettings[] => {
    const gate = recordOf(value);
    const action = gate?.['action'];
    const criteria = Object.entries(recordOf(gate?.['criteria']) ?? {}).flatMap(([criterion, asked]) => {
      const { min, required } = recordOf(asked) ?? {};
      return typeof min === 'number' && Number.isFinite(min)
        ? [[criterion, { min, required: required !== false }] as const]
        : [];
    });
    if (criteria.length === 0) return [];
    return [
      { name, criteria: Object.fromEntries(criteria), ...(typeof action === 'string' ? { action } : {}) },
    ];
  });
  return read.length > 0 ? read : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
