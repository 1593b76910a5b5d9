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
  run: icons.paused,
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
    case 'run':
      return l10n.t('Run');
    case 'problem':
      return l10n.t('Problem');
  }
}

/**
 * Items as rows: what; below it why, since when, where. Opening the row tells the reason without a hover.
 *
 * @param nameFirst For rows that say the same of many tracks: which track comes first.
 */
export function needsYouRows(
  items: readonly NeedsYouItem[],
  now: Date,
  nameFirst = false,
): readonly RowNode[] {
  return items.map((item) => {
    const since = ago(item.since, now);
    const place = item.file === undefined ? undefined : { file: item.file, line: item.line };
    const track = item.trackKey === undefined ? undefined : { root: item.root, key: item.trackKey };
    return {
      kind: 'row',
      id: item.id,
      what: `needsYou.${item.kind}${isAnswerable(item) ? '.answerable' : item.actions.length > 0 ? '.resolvable' : ''}`,
      track,
      argument: item.gate ?? item.session,
      // A narrow side bar has room for a few words: those that tell it from others of its kind.
      label: (nameFirst ? item.trackName : undefined) ?? item.question ?? item.what,
      description: [nameFirst ? item.what : item.trackName, since]
        .filter((part) => part !== undefined)
        .join(' · '),
      icon: kindIcons[item.kind],
      state: kindWord(item.kind),
      place,
      // A question is answered where it is read; its file is opened from the row below.
      ...(isAnswerable(item) ? { command: 'conductor.answer' } : {}),
      tooltip: () =>
        paragraphs([
          `**${plain(item.what)}**`,
          plain(item.why),
          item.trackName && l10n.t('Track: {0}', plain(item.trackName)),
          item.since && l10n.t('Since {0}', moment(item.since)),
          item.file && `${plain(item.file)}${item.line === undefined ? '' : `:${item.line}`}`,
        ]),
      children: () => [
        ...needsYouRows(item.parts ?? [], now, true),
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

/** Whether it is a question with answers that can be given. */
export function isAnswerable(item: NeedsYouItem): boolean {
  return item.actions.some(({ kind }) => kind === 'answer');
}

/** The number on the view and on the activity bar. */
export function badgeOf(items: readonly NeedsYouItem[]): ViewBadge | undefined {
  const count = waitingIn(items);
  if (count === 0) return undefined;
  return {
    value: count,
    tooltip: count === 1 ? l10n.t('1 thing needs you') : l10n.t('{0} things need you', count),
  };
}

/** How many of the items wait for a person: the quiet ones are shown, but not counted. */
export function waitingIn(items: readonly NeedsYouItem[]): number {
  return items.filter(({ quiet }) => quiet !== true).length;
}
