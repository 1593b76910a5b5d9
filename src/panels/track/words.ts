import type { LoopState, StepStatus } from '../../model/loopState';
import type { DrawnStep, SignName, Status } from '../../shared/trackModel';

/** Steps in the order in which a track passes them; FIX stands behind the evaluation that sends there. */
export const drawnSteps: readonly DrawnStep[] = [
  'PLAN',
  'EVALUATE_PLAN',
  'EXECUTE',
  'EVALUATE_EXECUTION',
  'FIX',
  'BUSINESS_SYNC',
  'COMPLETE',
];

export const stepName: Readonly<Record<DrawnStep, string>> = {
  PLAN: 'Plan',
  EVALUATE_PLAN: 'Evaluate plan',
  EXECUTE: 'Execute',
  EVALUATE_EXECUTION: 'Evaluate execution',
  FIX: 'Fix',
  BUSINESS_SYNC: 'Business sync',
  COMPLETE: 'Complete',
};

const statuses: Readonly<Record<StepStatus, Status>> = {
  NOT_STARTED: { sign: 'notStarted', word: 'Not started' },
  IN_PROGRESS: { sign: 'inProgress', word: 'In progress' },
  PASSED: { sign: 'passed', word: 'Passed' },
  FAILED: { sign: 'failed', word: 'Failed' },
  BLOCKED: { sign: 'blocked', word: 'Blocked' },
  SKIPPED: { sign: 'skipped', word: 'Skipped' },
  BOARD_REVIEW: { sign: 'review', word: 'Board review' },
  PARTIAL_FAIL: { sign: 'concerns', word: 'Partly failed' },
  ESCALATE: { sign: 'blocked', word: 'Waits for you' },
};

/** A step's status; as the file writes it when that is no word of spec 003 (it is then read as NOT_STARTED). */
export function statusOf(status: StepStatus, written?: string): Status {
  const word = written?.trim() ?? '';
  if (status === 'NOT_STARTED' && word !== '' && !/^(not[\s_-]+started|pending|new|todo)$/i.test(word)) {
    return { sign: 'unclear', word: short(word, 60) };
  }
  return statuses[status];
}

/** At most so many characters; whole characters, not halves of one. */
export function short(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The present step as the file writes it. */
export function presentStep(loop: LoopState): string {
  return loop.understood || loop.writtenStep === '' ? loop.step : short(loop.writtenStep, 80);
}

/** "1 task", "1,200 tasks" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export const taskWord: Readonly<Partial<Record<SignName, string>>> = {
  done: 'Done',
  running: 'Running',
  ready: 'Ready',
  blocked: 'Blocked',
  waiting: 'Waiting',
  failed: 'Failed',
  skipped: 'Skipped',
  open: 'Open',
  unclear: 'Unclear',
};

/** What can be a commit and so be opened; anything else is only a text. */
export function isCommit(text: string): boolean {
  return /^[0-9a-f]{4,64}$/i.test(text);
}
