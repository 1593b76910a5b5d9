import { basename } from 'node:path';
import { l10n, type ViewBadge } from 'vscode';
import type { NeedsYouItem } from '../../model/needsYou';
import { icons, type Icon } from './icons';
import { paragraphs, plain } from './markdown';
import type { RowNode } from './trackNodes';
import { ago, moment } from './words';

const kindIcons: Readonly<Record<NeedsYouItem['kind'], Icon>> = {
  escalation: icons.blocked,
  blocker: icons.blocked,
  blockedTask: icons.blocked,
  deadlock: icons.blocked,
  failedTask: icons.failed,
  gate: icons.review,
  board: icons.review,
  drift: icons.caution,
  staleLock: icons.caution,
  staleWorker: icons.caution,
  problem: icons.caution,
};

function kindWord(kind: NeedsYouItem['kind']): string {
  switch (kind) {
    case 'escalation':
      return l10n.t('Escalation');
    case 'blocker':
      return l10n.t('Blocker');
    case 'gate':
      return l10n.t('Review');
    case 'board':
      return l10n.t('Board');
    case 'drift':
      return l10n.t('Drift');
    case 'staleLock':
      return l10n.t('Stale lock');
    case 'staleWorker':
      return l10n.t('Stale worker');
    case 'failedTask':
      return l10n.t('Failed task');
    case 'blockedTask':
      return l10n.t('Blocked task');
    case 'deadlock':
      return l10n.t('Deadlock');
    case 'problem':
      return l10n.t('Problem');
  }
}

/** Items as rows: what; below it why, since when, where. Opening the row tells the reason without a hover. */
export function needsYouRows(items: readonly NeedsYouItem[], now: Date): readonly RowNode[] {
  return items.map((item) => {
    const since = ago(item.since, now);
    const place = item.file === undefined ? undefined : { file: item.file, line: item.line };
    const track = item.trackKey === undefined ? undefined : { root: item.root, key: item.trackKey };
    return {
      kind: 'row',
      id: item.id,
      what: item.actions.length > 0 ? `needsYou.${item.kind}.resolvable` : `needsYou.${item.kind}`,
      track,
      label: item.what,
      description: [item.trackName, since].filter((part) => part !== undefined).join(' · '),
      icon: kindIcons[item.kind],
      state: kindWord(item.kind),
      place,
      tooltip: () =>
        paragraphs([
          `**${plain(item.what)}**`,
          plain(item.why),
          item.trackName && l10n.t('Track: {0}', plain(item.trackName)),
          item.since && l10n.t('Since {0}', moment(item.since)),
          item.file && `${plain(item.file)}${item.line === undefined ? '' : `:${item.line}`}`,
        ]),
      children: () => [
        {
          kind: 'row',
          id: `${item.id}\u001fwhy`,
          what: 'why',
          label: item.why,
          description: item.file
            ? `${basename(item.file)}${item.line === undefined ? '' : `:${item.line}`}`
            : undefined,
          icon: { id: 'info', color: 'descriptionForeground' },
          place,
          tooltip: () => plain(item.why),
        },
      ],
    };
  });
}

/** The number on the view and on the activity bar. */
export function badgeOf(items: readonly NeedsYouItem[]): ViewBadge | undefined {
  if (items.length === 0) return undefined;
  return {
    value: items.length,
    tooltip: items.length === 1 ? l10n.t('1 thing needs you') : l10n.t('{0} things need you', items.length),
  };
}
