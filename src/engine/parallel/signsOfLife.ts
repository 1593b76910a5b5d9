import type { RunContext } from '../run/runContext';
import type { RunningAgent } from '../run/agentJob';
import { lockFiles } from './fileLocks';
import { beatFor } from './workerStatus';

/** How often workers get a sign of life (FORMATS §4.9, timings). */
const beatMs = 5 * 60_000;

/** Signs of life of workers, and locks that would expire under their holders. */
export class SignsOfLife {
  private beatAt: number;

  constructor(private readonly context: RunContext) {
    this.beatAt = context.ports.clock().getTime();
  }

  /** Renews both when it is time. */
  async beat(running: readonly RunningAgent[]): Promise<void> {
    const now = this.context.ports.clock().getTime();
    if (now - this.beatAt < beatMs || running.length === 0) return;
    this.beatAt = now;
    const refusals = await Promise.all([
      beatFor(this.context, new Set(running.map(({ job }) => job.id))),
      ...running.map(({ job }) =>
        lockFiles(this.context, { workerId: job.id, taskId: job.task ?? '' }, job.locks),
      ),
    ]);
    for (const refused of refusals) {
      if (refused) this.context.emit({ event: 'warning', message: refused.message });
    }
  }
}
