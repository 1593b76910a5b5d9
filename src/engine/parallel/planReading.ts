import { join } from 'node:path';
import type { Track } from '../../model/track';
import { taskGraphOf, type TaskGraph } from '../../rules/taskGraph';
import { reasonOf } from '../../store/ioError';
import type { TaskMessages } from '../../store/taskMessages';
import type { RunContext } from '../run/runContext';
import { RunBroken } from './runBroken';

/** How often, in ms, and how many times plan.md is looked at before it is believed that tasks are gone from it. */
const lookMs = 1_000;
const looks = 3;

/** The track as it was last read, with the messages about its tasks. */
export class PlanReading {
  track: Track | undefined;
  graph: TaskGraph | undefined;

  constructor(
    private readonly context: RunContext,
    private readonly messages: TaskMessages,
  ) {}

  /** Throws RunBroken, TrackGoneError. */
  async read(): Promise<void> {
    await this.messages.read().catch((error: unknown) => {
      throw new RunBroken(
        `${join(this.context.place.bus, 'queue.jsonl')} cannot be read (${reasonOf(error)}), so nobody can say which tasks are complete. Make it readable, then start the run again.`,
      );
    });
    for (let look = 1; ; look++) {
      const track = await this.context.ports.tracks.read();
      if (track === this.track) return;
      const graph = taskGraphOf(track);
      const empty = !track.plan || graph.nodes.length === 0;
      // Somebody may be in the middle of writing plan.md: that tasks are gone is believed when it stays so.
      if (look === looks || !(empty || lostTasks(this.graph, graph))) {
        if (empty) throw new RunBroken(noTasks(track));
        this.track = track;
        this.graph = graph;
        return;
      }
      await this.context.ports.sleep(lookMs, this.context.signal);
    }
  }
}

function lostTasks(before: TaskGraph | undefined, now: TaskGraph): boolean {
  const ids = new Set(now.nodes.map(({ id }) => id));
  return before?.nodes.some(({ id }) => !ids.has(id)) ?? false;
}

function noTasks({ documents, folder, root }: Track): string {
  const file = documents.plan ?? join(folder ?? root, 'plan.md');
  return `${file} cannot be read any more, or has no tasks, so nobody can say what is left to do: the workers were stopped. Restore it, then start the run again.`;
}
