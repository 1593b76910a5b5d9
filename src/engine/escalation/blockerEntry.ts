import type { JsonChange } from '../../files/jsonEdit';
import type { StepStatus } from '../../model/loopState';
import type { Metadata } from '../../model/metadata';
import { optionsFor } from '../../rules/escalationOptions';

/** Something that waits for a person, as `blockers[]` has it. */
export interface NewBlocker {
  readonly id: string;
  readonly description: string;
  /** ISO time. */
  readonly at: string;
  /** Step of the loop; absent for tracks that keep none. */
  readonly step?: string;
  readonly trigger?: string;
  readonly subject?: string;
  readonly context?: readonly string[];
  /** The outcome that the step had before it was stopped. */
  readonly status?: StepStatus;
  /** Who, when a person blocked the track. */
  readonly by?: string;
}

/**
 * A new entry of `blockers[]` (FORMATS §4.2), with what a person can answer: `options` are the labels, as every reader
 * expects them; `answers` are the same with ids, so that one can be given by a button.
 */
export function newBlocker(blocker: NewBlocker): JsonChange {
  const options = optionsFor(blocker.trigger, blocker.subject);
  return {
    path: ['blockers', -1],
    value: {
      id: blocker.id,
      description: blocker.description,
      blocked_at: blocker.at,
      ...(blocker.step === undefined ? {} : { blocked_step: blocker.step }),
      ...(blocker.status === undefined ? {} : { blocked_status: blocker.status }),
      status: 'ACTIVE',
      ...(blocker.trigger === undefined ? {} : { trigger: blocker.trigger }),
      ...(blocker.subject === undefined ? {} : { subject: blocker.subject }),
      ...(blocker.context && blocker.context.length > 0 ? { context: blocker.context } : {}),
      options: options.map(({ label }) => label),
      answers: options.map(({ id, label }) => ({ id, label })),
      ...(blocker.by === undefined ? {} : { by: blocker.by }),
    },
  };
}

/**
 * The id that a blocker gets: the wanted one, or with a counter when one with it has been resolved before
 * ("task-failed:2.1#2"), else the next `blocker-<n>`. Undefined: it is active already, so that nothing is to be written.
 */
export function blockerIdFor(
  metadata: Metadata,
  wanted: { readonly id?: string; readonly description: string; readonly trigger?: string },
): string | undefined {
  const { id } = wanted;
  if (id === undefined) {
    const same = metadata.blockers.some(
      (blocker) =>
        blocker.active && blocker.description === wanted.description && blocker.trigger === wanted.trigger,
    );
    return same ? undefined : nextBlockerId(metadata);
  }
  const ofIt = metadata.blockers.filter((blocker) => baseOf(blocker.id) === id || blocker.id === id);
  if (ofIt.some(({ active }) => active)) return undefined;
  if (ofIt.length === 0) return id;
  const taken = new Set(metadata.blockers.map((blocker) => blocker.id));
  let count = 2;
  while (taken.has(`${id}#${count}`)) count += 1;
  return `${id}#${count}`;
}

/** `blocker-<n>`, one above all that are there. */
export function nextBlockerId(metadata: Metadata): string {
  const numbers = metadata.blockers.map(({ id }) => Number(/^blocker-(\d+)$/.exec(id)?.[1] ?? 0));
  return `blocker-${Math.max(metadata.blockers.length, ...numbers) + 1}`;
}

function baseOf(id: string): string {
  return id.replace(/#\d+$/, '');
}
