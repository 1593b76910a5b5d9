import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ScriptedProject } from './scriptedProject';

/**
 * What a run left in a project, in a form that two runs of the same track have in common: times, random ids and commits
 * are replaced by words; the journal, its agents' output and what only tells how often it was begun are left out.
 */
export function finalState(project: ScriptedProject): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  for (const root of ['conductor', 'src', 'test', 'docs']) {
    for (const file of below(join(project.folder, root))) {
      const path = relative(project.folder, file);
      if (/\.message-bus\/(run|workers?)\//.test(path) || path.endsWith('queue.jsonl')) continue;
      const text = readFileSync(file, 'utf8');
      files[normal(path)] = path.endsWith('.json') ? sorted(JSON.parse(normal(text))) : normal(text);
    }
  }
  return files;
}

function below(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true }) as string[];
  } catch {
    return [];
  }
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

function normal(text: string): string {
  return (
    text
      // A history tells truly that a start was not written before a kill.
      .replace(/("from": ")NOT_STARTED\/NOT_STARTED"/g, '$1PLAN"')
      .replace(/("from": "[A-Z_]+)\/(NOT_STARTED|IN_PROGRESS)"/g, '$1"')
      .replace(/"last_task": "[^"]*"/g, '"last_task": "<one of those at work together>"')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replace(/\d{4}-\d\d-\d\d/g, '<day>')
      .replace(/(board|worker|[a-z-]+)-([\w.]+)-\d{13,14}(-[0-9a-f]{4})?/g, '$1-$2-<id>')
      .replace(/board-\d{8}-?\d{5,6}/g, 'board-<id>')
      .replace(/_\d{8}\b/g, '_<day>')
      .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '<uuid>')
      .replace(/\b(?=[a-f]*\d)[0-9a-f]{7,40}\b/g, '<sha>')
  );
}

/** Keys in order, so that only what is said counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
