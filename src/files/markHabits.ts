import type { Plan } from '../model/plan';
import type { Dialect } from '../model/track';
import type { CommitForm } from './commitMention';
import { everyTask } from './everyTask';
import { PlanText } from './taskPlace';

/** How the people and agents of a project write markers and commits, so that ours look like theirs. */
export interface MarkHabits {
  /** Character for a task in progress: `~` or `/`. */
  readonly doing: string;
  /** Character for a finished task: `x`, `X`, `✓`, `✔`. */
  readonly done: string;
  readonly commitForm: CommitForm;
}

/** What each dialect writes where a project shows no habit (FORMATS §3.3, §9.1, §10.2). */
const defaultForm: Readonly<Record<Dialect, CommitForm>> = {
  'evaluate-loop': 'comment',
  google: 'bare',
  wshobson: 'backticks',
  beads: 'commentSha',
  lane: 'comment',
  unknown: 'comment',
};

/**
 * Learns from plans how a project writes. The first plan decides; what it does not show is learned from all the
 * others together, then from the registry, then it is the habit of the dialect.
 * @param registryText tracks.md, for its marker characters
 */
export function habitsOf(
  plans: readonly { readonly text: string; readonly plan: Plan }[],
  dialect: Dialect,
  registryText = '',
): MarkHabits {
  const own = countHabits(plans.slice(0, 1));
  const others = countHabits(plans.slice(1));
  const registry = new Map<string, number>();
  for (const box of registryText.matchAll(/\[([~/xX✓✔])\]/g)) {
    add(registry, box[1] ?? '');
  }
  const habit = <T extends string>(among: readonly T[], usual: T): T =>
    mostUsed(among, own) ?? mostUsed(among, others) ?? mostUsed(among, registry) ?? usual;
  return {
    doing: habit(['~', '/'], '~'),
    done: habit(['x', 'X', '✓', '✔'], 'x'),
    commitForm: habit(
      ['comment', 'commentSha', 'brackets', 'parens', 'bare', 'backticks'],
      defaultForm[dialect],
    ),
  };
}

/** How often each marker character and commit form occurs. */
function countHabits(plans: readonly { readonly text: string; readonly plan: Plan }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text, plan } of plans) {
    const planText = new PlanText(text);
    for (const task of everyTask(plan.phases.flatMap((phase) => phase.tasks))) {
      if (task.markerRange) {
        add(counts, text.slice(task.markerRange.start, task.markerRange.end));
      }
      for (const mention of planText.placeOf(task)?.words.commits ?? []) {
        add(counts, mention.form);
      }
    }
  }
  return counts;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function mostUsed<T extends string>(among: readonly T[], counts: ReadonlyMap<string, number>): T | undefined {
  let best: T | undefined;
  for (const name of among) {
    if ((counts.get(name) ?? 0) > (best === undefined ? 0 : (counts.get(best) ?? 0))) {
      best = name;
    }
  }
  return best;
}
