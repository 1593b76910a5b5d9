import type { RunInspection } from './inspectRun';
import type { Processes } from './processes';
import { takeRun, type RunHolder, type RunLockResult } from './runLock';
import type { BackgroundAgents } from './runPorts';

/** What became of an attempt to stop agents that an earlier run left behind. */
export type StopDetachedResult =
  | { readonly stopped: readonly string[] }
  | Extract<RunLockResult, { refused: unknown }>
  | { readonly refused: { readonly code: 'untrusted'; readonly message: string } };

/**
 * Ends the agents that a broken-off run left behind, and all that they started, also when the agent itself is gone, or
 * its start was not written down. Nobody may hold the run, and nobody gets it meanwhile. The journal stays as it is: the next run finds them gone, and judges what they wrote before.
 */
export async function stopDetachedAgents(
  seen: RunInspection,
  o: {
    readonly agents: Pick<BackgroundAgents, 'adopt' | 'endLeftBehind'>;
    readonly processes: Processes;
    readonly face: RunHolder['face'];
    readonly now: Date;
    /** The person trusts the folder: what its files name may be ended. */
    readonly trusted: boolean;
  },
): Promise<StopDetachedResult> {
  if (!o.trusted) {
    const message = `${seen.runFolder} names agents that still run, but its workspace is not trusted, so none was stopped. Trust the workspace, or end them by hand.`;
    return { refused: { code: 'untrusted', message } };
  }
  const taken = await takeRun(seen.runFolder, { face: o.face, processes: o.processes, now: o.now });
  if ('refused' in taken) return taken;
  try {
    const ended = await Promise.all(
      seen.openAgents.map(async ({ intent, process, outputFile }) => {
        // Asked again under the lock: its id may belong to another process by now.
        const agent = await o.agents.adopt(outputFile, process);
        await agent?.stop();
        const left = await o.agents.endLeftBehind(outputFile);
        return agent || left > 0 ? [intent.workerId] : [];
      }),
    );
    return { stopped: ended.flat() };
  } finally {
    await taken.held.release();
  }
}
