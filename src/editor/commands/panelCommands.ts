import { l10n } from 'vscode';
import type { Track } from '../../model/track';
import type { PanelName } from '../../shared/protocol';
import { openPanel } from '../panels/panels';
import type { Command } from './commandContext';
import { targetTrack } from './targets';

const titles = (): Readonly<Record<PanelName, string>> => ({
  track: l10n.t('Open Track'),
  graph: l10n.t('Open Graph'),
  gate: l10n.t('Review Gate'),
  board: l10n.t('Open Board'),
});

/** Which tracks a pick list offers; a row or a file names its track whatever this says. */
const fits: Readonly<Record<PanelName, (track: Track) => boolean>> = {
  track: () => true,
  graph: ({ plan }) => plan !== undefined,
  gate: () => true,
  board: ({ boardSessions, bus, loop }) =>
    boardSessions.length > 0 || bus?.board !== undefined || loop !== undefined,
};

/** Opens a panel on the track of the row, of the active editor's file, or the one that the person picks. */
export function openTrackPanel(name: PanelName): Command {
  return async (context, argument) => {
    const track = await targetTrack(context, argument, titles()[name], fits[name]);
    if (!track) return;
    const item = itemIn(argument);
    await openPanel(context, name, {
      root: track.root,
      key: track.key,
      ...(item === undefined ? {} : { item }),
    });
  };
}

/** The gate, task or session that a row stands for. */
function itemIn(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('argument' in argument && typeof argument.argument === 'string') return argument.argument;
  return undefined;
}
