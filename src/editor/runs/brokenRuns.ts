import { join } from 'node:path';
import { l10n } from 'vscode';
import type { NeedsYouItem } from '../../model/needsYou';
import { idBelow } from '../views/trackNodes';
import type { RunController } from './runController';
import { countOf } from './runRows';

/** Runs that nobody goes on with, as items of Needs You: a person resumes them, or stops what they left. */
export function brokenRuns(runs: RunController): readonly NeedsYouItem[] {
  return runs.foreign
    .filter(({ kind }) => kind !== 'elsewhere')
    .map(({ track, kind, inspection: { runFolder, state, openAgents } }): NeedsYouItem => {
      const alive = openAgents.filter((agent) => agent.alive).length;
      return {
        id: idBelow(track, 'run', 'broken', state.runId ?? ''),
        kind: 'run',
        root: track.root,
        trackKey: track.key,
        trackName: track.name,
        what: l10n.t('Run broken off'),
        why:
          alive > 0
            ? l10n.t('{0} still at work, and nobody follows. A resumed run takes over.', countOf(alive))
            : l10n.t('It was neither ended nor stopped. It can be gone on with exactly where it was.'),
        file: join(runFolder, 'journal.jsonl'),
        actions: [
          { kind: 'runLoop', label: l10n.t('Resume Run') },
          ...(kind === 'detached' ? [{ kind: 'stopLoop' as const, label: l10n.t('Stop Agents') }] : []),
        ],
      };
    });
}
