import type { Track } from '../../model/track';
import { known, line, type Draft } from './draft';

/** Tasks that plan.md calls done with a commit, and phases with a checkpoint: it has no times, the commits have. */
export function planFacts(track: Track): Draft[] {
  const file = track.documents.plan;
  if (!track.plan || file === undefined) return [];
  const drafts: Draft[] = [];
  for (const phase of track.plan.phases) {
    for (const task of phase.tasks) {
      if (task.marker !== 'done' || task.commit === undefined) continue;
      drafts.push({
        key: `task ${task.id}`,
        kind: 'task',
        state: 'done',
        text: line(`Task ${task.number === undefined ? '' : `${task.number} `}completed: ${task.text}`),
        task: task.number ?? task.id,
        commit: task.commit,
        place: { file, line: task.line },
        source: 'plan',
      });
    }
    if (phase.checkpoint === undefined || phase.checkpoint === '') continue;
    const commit = /^[0-9a-f]{7,64}$/i.test(phase.checkpoint) ? phase.checkpoint : undefined;
    drafts.push({
      key: `phase ${phase.key}`,
      kind: 'phase',
      state: 'done',
      text: line(`Checkpoint of ${phase.heading || phase.key}`),
      place: { file, line: phase.line },
      source: 'plan',
      ...known({ commit, detail: commit === undefined ? line(phase.checkpoint) : undefined }),
    });
  }
  return drafts.reverse();
}
