import type { RunInspection } from './inspectRun';
import type { Processes } from './processes';
import { takeRun, type RunHolder, type RunLockResult } from './runLock';
import type { BackgroundAgents } from './runPorts';

/** What became of an attempt to stop agents that an earlier run left behind. */
export type StopDetachedResult =
  { readonly stopped: readonly string[] } | Extract<RunLockResult, { refused: unknown }>;

/**
 * Ends the agents that a broken-off run left behind, and all that they started. Nobody may hold the run, and nobody gets
 * it meanwhile. The journal stays as it is: the next run finds them gone, and judges what they wrote before.
 */
export async function stopDetachedAgents(
  seen: RunInspection,
  o: {
    readonly agents: Pick<BackgroundAgents, 'adopt'>;
    readonly processes: Processes;
    readonly face: RunHolder['face'];
    readonly now: Date;
  },
): Promise<StopDetachedResult> {
  const taken = await takeRun(seen.runFolder, { face: o.face, processes: o.processes, now: o.now });
  if ('refused' in taken) return taken;
  try {
    const stopped: string[] = [];
    const ended: Promise<void>[] = [];
    for (const { intent, process } of seen.openAgents) {
      // Asked again under the lock: its id may belong to another process by now.
      if (!process || !(await o.processes.alive(process.pid, process.processStart))) continue;
      stopped.push(intent.workerId);
      ended.push(o.agents.adopt(process).stop());
    }
    await Promise.all(ended);
    return { stopped };
  } finally {
    await taken.held.release();
  }
}
