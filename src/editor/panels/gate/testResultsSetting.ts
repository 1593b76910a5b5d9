import type { NamedResults } from '../../../store/readTestResults';

/** More files than this are not read for one look at a gate. */
const most = 50;

/** What the setting names, and what is wrong with it. */
export interface TestResultsSetting {
  readonly named: readonly NamedResults[];
  readonly problems: readonly string[];
}

/**
 * The value of `conductor.gates.testResults`: paths, or objects with `path`, and with `criterion` (and `metric`) for the
 * criterion of a metric gate that the file answers. A path that is named several times is one file that answers several.
 */
export function readTestResultsSetting(value: unknown): TestResultsSetting {
  if (value === undefined || value === null) return { named: [], problems: [] };
  if (!Array.isArray(value)) {
    return {
      named: [],
      problems: ['The setting conductor.gates.testResults is not a list; it was not used.'],
    };
  }
  const files = new Map<string, { criterion: string; metric?: string }[]>();
  const problems: string[] = [];
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    const entry = entryOf(item);
    if (!entry) {
      problems.push(
        `Entry ${String(index + 1)} of the setting conductor.gates.testResults is neither a path nor an object with “path”; it was not used.`,
      );
      continue;
    }
    const feeds = files.get(entry.path) ?? [];
    if (entry.criterion !== undefined) {
      feeds.push({
        criterion: entry.criterion,
        ...(entry.metric === undefined ? {} : { metric: entry.metric }),
      });
    }
    files.set(entry.path, feeds);
  }
  if (files.size > most) {
    problems.push(
      `The setting conductor.gates.testResults names ${String(files.size)} files; the first ${String(most)} are read.`,
    );
  }
  const named = [...files]
    .slice(0, most)
    .map(([path, feeds]): NamedResults => ({ path, ...(feeds.length > 0 ? { feeds } : {}) }));
  return { named, problems };
}

function entryOf(item: unknown): { path: string; criterion?: string; metric?: string } | undefined {
  const { path, criterion, metric } =
    typeof item === 'object' && item !== null
      ? (item as Readonly<Record<string, unknown>>)
      : { path: item, criterion: undefined, metric: undefined };
  if (!isText(path)) return undefined;
  if (criterion !== undefined && !isText(criterion)) return undefined;
  if (metric !== undefined && !isText(metric)) return undefined;
  return {
    path: path.trim(),
    ...(criterion === undefined ? {} : { criterion: criterion.trim() }),
    ...(metric === undefined ? {} : { metric: metric.trim() }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 4096;
}
