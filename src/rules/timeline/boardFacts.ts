import type { BoardSession } from '../../model/board';
import type { Track } from '../../model/track';
import type { TimelineState } from '../../model/timeline';
import { known, line, type Draft } from './draft';

/** Sessions of the board with their votes, corrections and discussion; newest session first. */
export function boardFacts(track: Track): Draft[] {
  return [...track.boardSessions].reverse().flatMap((session) => sessionFacts(session, track));
}

function sessionFacts(session: BoardSession, track: Track): Draft[] {
  const { sessionId, checkpoint, verdict, status, source } = session;
  const file = source === 'bus' ? track.bus && `${track.bus.folder}/board` : track.documents.metadata;
  const about = { source, ...known({ place: file === undefined ? undefined : { file } }) } as const;
  const of = `board ${sessionId}`;
  const named = `Board session ${sessionId}${checkpoint === undefined ? '' : ` at ${checkpoint}`}`;
  const drafts: Draft[] = [];
  if (session.resolvedBy) {
    const { by, at, note } = session.resolvedBy;
    drafts.push({
      key: `${of} resolved`,
      kind: 'board',
      state: 'done',
      text: line(`${named} resolved by a person${verdict === undefined ? '' : `: ${verdict}`}`),
      by,
      ...known({ written: at, detail: note && line(note) }),
      ...about,
    });
  }
  drafts.push({
    key: of,
    kind: 'board',
    state: verdict === undefined ? 'running' : verdictState(verdict),
    text: line(`${named}: ${verdict ?? status ?? 'no verdict yet'}`),
    ...known({
      written: session.timestamp,
      detail:
        session.conditions.length > 0 ? line(`Conditions: ${session.conditions.join('; ')}`) : undefined,
      same: verdict === undefined ? undefined : sameResolution(verdict),
    }),
    ...about,
  });
  for (const [i, { director, from, to, by, at, note }] of [
    ...(session.corrections ?? []).entries(),
  ].reverse()) {
    drafts.push({
      key: `${of} correction ${i}`,
      kind: 'vote',
      state: 'idle',
      text: line(
        from === undefined
          ? `Vote of ${director} cast: ${to}`
          : `Vote of ${director} corrected: ${from} → ${to}`,
      ),
      by,
      ...known({ written: at, detail: note && line(note) }),
      ...about,
    });
  }
  // The short form in metadata.json has votes without time: they are part of the session there.
  for (const [director, vote] of Object.entries(session.votes)) {
    if (vote.timestamp === undefined || vote.by !== undefined) continue;
    drafts.push({
      key: `${of} vote ${director}`,
      kind: 'vote',
      state: verdictState(vote.verdict),
      text: line(`${director} votes ${vote.verdict}`),
      by: line(director),
      written: vote.timestamp,
      same: sameVote(director, vote.verdict),
      ...about,
    });
  }
  session.discussion.forEach(({ from, to, message, timestamp }, i) =>
    drafts.push({
      key: `${of} remark ${i}`,
      kind: 'remark',
      state: 'idle',
      text: line(`${from ?? 'Somebody'}${to === undefined ? '' : ` to ${to}`}: ${message}`),
      ...known({ by: from, written: timestamp, same: sameRemark(from, message) }),
      ...about,
    }),
  );
  return drafts;
}

export function verdictState(verdict: string): TimelineState {
  const word = verdict.toUpperCase();
  if (/^APPROVED?[ _]WITH|CONCERN|ESCALATE|REVIEW/.test(word)) return 'warn';
  if (/^(APPROVE|PASS)/.test(word)) return 'done';
  return /^(REJECT|FAIL)/.test(word) ? 'bad' : 'idle';
}

export const sameResolution = (verdict: string): string =>
  `resolution ${verdict.toUpperCase().replaceAll(' ', '_')}`;
export const sameVote = (director: string, verdict: string): string =>
  `vote ${director.slice(0, 60)} ${verdict.toUpperCase().slice(0, 60)}`;
export const sameRemark = (from: string | undefined, message: string): string =>
  `remark ${from ?? ''} ${line(message)}`;
