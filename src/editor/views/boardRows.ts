import { join } from 'node:path';
import { l10n } from 'vscode';
import type { BoardSession } from '../../model/board';
import type { Track } from '../../model/track';
import { shownSessions } from '../../panels/board/sessions';
import { icons, verdictIcon } from './icons';
import { paragraphs, plain } from './markdown';
import { idBelow, refOf, type Place, type RowNode } from './trackNodes';
import { moment } from './words';

/** Board meetings of a track, newest first: votes, conditions, dissent. */
export function boardSection(track: Track): RowNode | undefined {
  const sessions = track.boardSessions;
  if (sessions.length === 0) return undefined;
  const last = sessions.at(-1);
  return {
    kind: 'row',
    id: idBelow(track, 'board'),
    what: 'board',
    track: refOf(track),
    label: l10n.t('Board'),
    description: last ? outcomeOf(last) : undefined,
    icon: { id: 'organization' },
    tooltip: () => l10n.t('Board of Directors: sessions of metadata.json and of the message bus.'),
    children: () => {
      const shown = shownSessions(track);
      return sessions
        .map((session, index) => sessionRow(track, session, index, shown[index]?.item))
        .reverse();
    },
  };
}

/** APPROVED_WITH_REVIEW is the token; a person reads it with spaces. */
function spaced(word: string): string {
  return word.replaceAll('_', ' ');
}

function outcomeOf(session: BoardSession): string {
  return spaced(session.verdict ?? session.status ?? l10n.t('no verdict'));
}

function sessionPlace(track: Track, session: BoardSession): Place | undefined {
  if (session.source === 'bus' && track.bus) {
    return { file: join(track.bus.folder, 'board', `session-${session.sessionId}.json`) };
  }
  return track.documents.metadata === undefined ? undefined : { file: track.documents.metadata };
}

/** @param item what the Board panel knows the meeting by */
function sessionRow(track: Track, session: BoardSession, index: number, item: string | undefined): RowNode {
  const place = sessionPlace(track, session);
  const id = (...rest: readonly (string | number)[]): string =>
    idBelow(track, 'board', index, session.sessionId, ...rest);
  return {
    kind: 'row',
    id: id(),
    what: 'boardSession',
    track: refOf(track),
    argument: item,
    label: session.checkpoint === undefined ? session.sessionId : spaced(session.checkpoint),
    description: [outcomeOf(session), tally(session)].filter((part) => part !== undefined).join(' · '),
    icon: session.verdict === undefined ? icons.running : verdictIcon(session.verdict),
    tooltip: () =>
      paragraphs([
        `**${plain(session.sessionId)}**`,
        session.proposal && plain(session.proposal),
        session.status && l10n.t('Status: {0}', plain(session.status)),
        session.timestamp && moment(session.timestamp),
        session.source === 'bus' ? l10n.t('From the message bus.') : l10n.t('From metadata.json.'),
      ]),
    place,
    children: () => [
      ...Object.entries(session.votes).map(([director, vote]): RowNode => ({
        kind: 'row',
        id: id('vote', director),
        what: 'vote',
        track: refOf(track),
        argument: item,
        label: director,
        description: [
          spaced(vote.verdict),
          vote.confidence === undefined
            ? undefined
            : l10n.t('confidence {0} %', Math.round(vote.confidence * 100)),
          session.assessments[director]?.score === undefined
            ? undefined
            : l10n.t('score {0}', session.assessments[director].score),
        ]
          .filter((part) => part !== undefined)
          .join(' · '),
        icon: verdictIcon(vote.verdict),
        tooltip: () => assessmentTooltip(session, director),
        place,
      })),
      ...Object.entries(session.assessments)
        .filter(([director]) => session.votes[director] === undefined)
        .map(([director, assessment]): RowNode => ({
          kind: 'row',
          id: id('assessment', director),
          what: 'assessment',
          track: refOf(track),
          argument: item,
          label: director,
          description: l10n.t('assessed {0}, not voted', spaced(assessment.verdict ?? '–')),
          icon: icons.open,
          tooltip: () => assessmentTooltip(session, director),
          place,
        })),
      ...session.conditions.map((condition, row): RowNode => ({
        kind: 'row',
        id: id('condition', row),
        what: 'condition',
        track: refOf(track),
        argument: item,
        label: condition,
        description: l10n.t('condition'),
        icon: { id: 'note' },
        tooltip: () => plain(condition),
        place,
      })),
      ...session.dissent.map((dissent, row): RowNode => ({
        kind: 'row',
        id: id('dissent', row),
        what: 'dissent',
        track: refOf(track),
        argument: item,
        label: dissent,
        description: l10n.t('dissent'),
        icon: icons.caution,
        tooltip: () => plain(dissent),
        place,
      })),
    ],
  };
}

/** "4 of 5 approve"; nothing before the first vote. */
function tally(session: BoardSession): string | undefined {
  const votes = Object.values(session.votes);
  if (votes.length === 0) return undefined;
  const yes = votes.filter((vote) => /^approve/i.test(vote.verdict)).length;
  return l10n.t('{0} of {1} approve', yes, votes.length);
}

function assessmentTooltip(session: BoardSession, director: string): string {
  const assessment = session.assessments[director];
  const vote = session.votes[director];
  const list = (title: string, items: readonly string[]): string | undefined =>
    items.length === 0 ? undefined : `**${title}**\n\n${items.map((item) => `- ${plain(item)}`).join('\n')}`;
  return paragraphs([
    `**${plain(director)}** ${directorTitle(director) ?? ''}`,
    list(l10n.t('Key points'), assessment?.keyPoints ?? []),
    list(l10n.t('Concerns'), assessment?.concerns ?? []),
    list(l10n.t('Recommendations'), assessment?.recommendations ?? []),
    list(l10n.t('Conditions'), vote?.conditions ?? []),
  ]);
}

function directorTitle(director: string): string | undefined {
  switch (director) {
    case 'CA':
      return l10n.t('Chief Architect');
    case 'CPO':
      return l10n.t('Chief Product Officer');
    case 'CSO':
      return l10n.t('Chief Security Officer');
    case 'COO':
      return l10n.t('Chief Operations Officer');
    case 'CXO':
      return l10n.t('Chief Experience Officer');
    default:
      return undefined;
  }
}
