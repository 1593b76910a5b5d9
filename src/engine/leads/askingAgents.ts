import type { Question } from '../../model/question';
import type { RunContext } from '../run/runContext';

/**
 * Ids of the running agents that wait for the answer to a question: the one that its `asked_by` names (by the id that it
 * was started with, its task, its role or its name). When nobody can tell who asked, each of them may have.
 */
export function askingAgents(
  { askedBy }: Pick<Question, 'askedBy'>,
  { desk, log }: Pick<RunContext, 'desk' | 'log'>,
): readonly string[] {
  const jobs = desk.running
    .map(({ job }) => job)
    .filter(({ role }) => role !== 'lead' && role !== 'director');
  const name = askedBy?.trim().toLowerCase();
  if (name !== undefined) {
    const exact = jobs.filter(({ id }) => id.toLowerCase() === name);
    // It has ended, or is not taken over yet: no other one asked.
    const known = log.entries.some(
      (entry) => entry.kind === 'intent' && entry.workerId.toLowerCase() === name,
    );
    if (exact.length > 0 || known) return exact.map(({ id }) => id);
    const named = jobs.filter(({ id, task, role, agent }) => {
      const names = [task, role, agent].map((one) => one?.toLowerCase());
      return names.includes(name) || id.toLowerCase().startsWith(`${name}-`);
    });
    if (named.length > 0) return named.map(({ id }) => id);
  }
  return jobs.map(({ id }) => id);
}
