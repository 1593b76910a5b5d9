import type { MessageBus } from '../model/messageBus';
import { expiredLocks, holdersOf, waitCycles } from './busRules';

/** An edge of the wait-for graph: `from` goes on when `to` does. */
export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  /** "worker-1.2-… waits for src/a.ts, which worker-1.1-… holds (queue.jsonl:12)" */
  readonly because: string;
  /** Line of the BLOCKED message in queue.jsonl. */
  readonly line: number;
}

export interface Deadlock {
  /** Each waits for the next, the last for the first. */
  readonly cycle: readonly string[];
  /** The oldest worker of the cycle gives way (spec 003, "Deadlock Detection"). */
  readonly victim: string;
  readonly why: string;
  /** What goes on the bus when the victim has been stopped (FORMATS §4.9). */
  readonly message: {
    readonly type: 'DEADLOCK_RESOLVED';
    readonly payload: { readonly cycle: readonly string[]; readonly victim: string; readonly action: string };
  };
}

/**
 * The bus as far as anybody really waits on it: an expired lock may be taken over, so nobody waits for its holder, and
 * a worker that has ended waits no more, whatever its last message was.
 */
function liveBus(bus: MessageBus, now: Date): MessageBus {
  const expired = new Set(expiredLocks(bus, now).map(({ lock }) => lock));
  const ended = new Set(
    bus.workers.filter(({ status }) => /^(COMPLETE|FAILED)$/i.test(status)).map(({ workerId }) => workerId),
  );
  return {
    ...bus,
    locks: bus.locks.filter((lock) => !expired.has(lock)),
    waiting: bus.waiting.filter(({ source }) => !ended.has(source)),
  };
}

/** Who waits for whom now (spec 003, "Deadlock Detection": wait-for graph). */
export function waitForGraph(bus: MessageBus, now: Date): WaitEdge[] {
  const live = liveBus(bus, now);
  return live.waiting.flatMap(({ source, waitingFor, resource, line }) =>
    holdersOf(live, waitingFor, resource).map((to) => ({
      from: source,
      to,
      line,
      because: `${source} waits for ${resource ?? waitingFor}${to === waitingFor ? '' : `, which ${to} has`} (queue.jsonl:${line})`,
    })),
  );
}

/**
 * The circles of the wait-for graph and who gives way in each: the oldest worker. A victim is taken out before the next
 * circle is looked for, so that stopping all victims leaves no circle.
 */
export function deadlocks(bus: MessageBus, now: Date): Deadlock[] {
  const found: Deadlock[] = [];
  let live = liveBus(bus, now);
  for (let cycles = waitCycles(live); cycles.length > 0; cycles = waitCycles(live)) {
    const victims = new Set(cycles.map(({ victim }) => victim));
    for (const { workers, victim, why } of cycles) {
      found.push({
        cycle: workers,
        victim,
        why,
        message: {
          type: 'DEADLOCK_RESOLVED',
          payload: {
            cycle: workers,
            victim,
            action: `${victim} was stopped, its locks were released; its task is tried again`,
          },
        },
      });
    }
    live = { ...live, waiting: live.waiting.filter(({ source }) => !victims.has(source)) };
  }
  return found;
}
