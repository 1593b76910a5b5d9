import { createHash } from 'node:crypto';
import type { Question } from '../../model/question';

/**
 * What tells a question from every other. Its key does not: each agent counts anew, and “q1” of the last step may have
 * been about something else.
 */
export function identityOf({ key, question }: Pick<Question, 'key' | 'question'>): string {
  return JSON.stringify([key, question]);
}

/** The same as a part of an id: its key and eight characters for its words. */
export function questionSubject(asked: Pick<Question, 'key' | 'question'>): string {
  const words = createHash('sha256').update(identityOf(asked)).digest('hex');
  return `${asked.key.slice(0, 50)}-${words.slice(0, 8)}`;
}
