import type { SettableMarker } from '../../../src/model/marker';

/** What each task is marked as, one round after the other. */
export const raceRounds: readonly SettableMarker[] = ['doing', 'blocked', 'todo', 'doing', 'done'];

/** One edit of a worker, as it prints it. */
export interface RaceEdit {
  readonly taskId: string;
  readonly round: number;
  /** Code of the refusal. */
  readonly refused?: string;
  /** The marker of the last edit of this task that was reported as made. */
  readonly expected: string;
  /** The marker that this edit met. */
  readonly found?: string;
  /** Microseconds of the computer's monotonic clock, which all processes share. */
  readonly at: number;
}

/** One write of the careless writer, as it prints it. */
export interface CarelessWrite {
  /** What it wrote, what it found, and what it had written before. */
  readonly n: number;
  readonly found: number;
  readonly expected: number;
  readonly inPlace: boolean;
  /** Before its read and after its write, in microseconds of the same clock. */
  readonly from: number;
  readonly to: number;
}

/** Seven hexadecimal digits that no other task has. */
export function raceCommit(taskId: string): string {
  const [worker = '0', task = '0'] = taskId.split('.');
  return (0xa000000 + Number(worker) * 0x10000 + Number(task)).toString(16);
}
