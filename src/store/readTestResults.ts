import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { largestLcov } from '../files/testResults/lcov';
import type { TestResults } from '../model/testResults';
import type { ResultFile } from '../rules/gates/gateEvidence';
import { containedPath } from './contain';
import { hasCode, reasonOf } from './ioError';
import { megabytes } from './limits';
import { parseResults } from './parseResults';

/** A file of test results that settings name. */
export interface NamedResults {
  /** Relative to the folder, or absolute within it. */
  readonly path: string;
  readonly feeds?: ResultFile['feeds'];
}

/**
 * Reads the files of test results that settings name, again and again; a file that has not changed is not read twice.
 * What cannot be read is a problem of its file, never an error: `results-missing`, `results-outside`,
 * `results-too-large`, `results-unreadable`.
 */
export class TestResultsReader {
  readonly #known = new Map<string, { readonly stamp: string; readonly results: TestResults }>();

  constructor(private readonly folder: string) {}

  /**
   * In the order of `named`.
   * @throws the signal's reason when aborted
   */
  async read(named: readonly NamedResults[], signal?: AbortSignal): Promise<ResultFile[]> {
    const found: ResultFile[] = [];
    for (const { path, feeds } of named) {
      found.push({
        file: resolve(this.folder, path),
        results: await this.#results(path, signal),
        ...(feeds ? { feeds } : {}),
      });
    }
    return found;
  }

  async #results(path: string, signal: AbortSignal | undefined): Promise<TestResults> {
    const file = await containedPath(this.folder, path);
    if (file === undefined) {
      return problem(
        'results-outside',
        `${path} does not lie in ${this.folder} once links are followed: it was not read.`,
      );
    }
    try {
      const facts = await stat(file);
      if (!facts.isFile()) return problem('results-unreadable', `${path} is not a file.`);
      const stamp = `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
      const known = this.#known.get(file);
      if (known?.stamp === stamp) return known.results;
      const results =
        facts.size > largestLcov
          ? problem(
              'results-too-large',
              `${path} has ${megabytes(facts.size)} and was not read (limit ${megabytes(largestLcov)}).`,
            )
          : await parsed(file, path, signal);
      this.#known.set(file, { stamp, results });
      return results;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) {
        return problem(
          'results-missing',
          `${path} is not there: the tests have not run yet, or write elsewhere.`,
        );
      }
      if (error instanceof Error && 'syscall' in error) {
        return problem('results-unreadable', `${path} cannot be read: ${reasonOf(error)}.`);
      }
      throw error;
    }
  }
}

async function parsed(file: string, path: string, signal: AbortSignal | undefined): Promise<TestResults> {
  const results = await parseResults(await readFile(file), signal);
  return results ?? problem('results-unreadable', `${path} is not a text file.`);
}

function problem(code: string, message: string): TestResults {
  return { metrics: [], problems: [{ severity: 'warning', code, message }] };
}
