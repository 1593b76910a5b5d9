import type { NeedsYouItem } from '../../model/needsYou';
import type { Track } from '../../model/track';
import { boardConditionsOf } from '../../rules/boardConditions';
import type { NeedsYouEntry, Remark, SignName, Status } from '../../shared/trackModel';
import { moment, timeOf, type TimeWords } from './times';
import { short } from './words';

/** Lists are cut here; the files have the rest. */
const most = 100;
const longest = 600;

const needsYouSign: Readonly<Record<NeedsYouItem['kind'], Status>> = {
  escalation: { sign: 'blocked', word: 'Escalation' },
  blocker: { sign: 'blocked', word: 'Blocker' },
  blockedTask: { sign: 'blocked', word: 'Blocked task' },
  deadlock: { sign: 'blocked', word: 'Deadlock' },
  failedTask: { sign: 'failed', word: 'Failed task' },
  gate: { sign: 'review', word: 'Review' },
  board: { sign: 'review', word: 'Board' },
  drift: { sign: 'concerns', word: 'Drift' },
  staleLock: { sign: 'concerns', word: 'Stale lock' },
  staleWorker: { sign: 'concerns', word: 'Stale worker' },
  run: { sign: 'concerns', word: 'Run' },
  problem: { sign: 'concerns', word: 'Problem' },
};

export function needsYouEntries(items: readonly NeedsYouItem[]): NeedsYouEntry[] {
  return items.slice(0, most).map((item) => {
    const since = timeOf(item.since);
    return {
      id: item.id,
      status: needsYouSign[item.kind],
      what: short(item.what, longest),
      why: short(item.why, 1000),
      ...(since === undefined ? {} : { since }),
      ...(item.file === undefined
        ? {}
        : { place: { file: item.file, ...(item.line === undefined ? {} : { line: item.line }) } }),
      actions: item.actions.map(({ label }) => label),
    };
  });
}

export function blockers(track: Track, words: TimeWords): Remark[] {
  const file = track.documents.metadata;
  return (track.metadata?.blockers ?? []).slice(0, most).map((blocker, i) => ({
    id: `${String(i)} ${blocker.id}`,
    status: blocker.active ? { sign: 'blocked', word: 'Active' } : { sign: 'done', word: 'Resolved' },
    text: short(blocker.description, longest),
    meta: sentence(
      blocker.blockedStep,
      blocker.blockedAt === undefined ? undefined : `since ${moment(blocker.blockedAt, words)}`,
      blocker.trigger,
      ...(blocker.active
        ? blocker.options.slice(0, 5).map((option) => `option: ${option}`)
        : [
            blocker.resolution === undefined ? undefined : `resolved: ${blocker.resolution}`,
            blocker.answeredBy === undefined ? undefined : `by ${blocker.answeredBy}`,
            blocker.resolvedAt === undefined ? undefined : moment(blocker.resolvedAt, words),
          ]),
    ),
    ...(file === undefined ? {} : { place: { file } }),
  }));
}

const conditionStatus: Readonly<Record<'met' | 'unmet' | 'open', Status>> = {
  met: { sign: 'passed', word: 'Met' },
  unmet: { sign: 'failed', word: 'Unmet' },
  open: { sign: 'open', word: 'Open' },
};

export function conditions(track: Track): Remark[] {
  const report = track.reports.findLast((located) => located.report.kind === 'execution');
  return boardConditionsOf(track, report)
    .slice(0, most)
    .map((condition, i) => {
      const evidence = condition.evidence.find(({ file }) => file !== undefined);
      return {
        id: `${String(i)} ${condition.text}`,
        status: conditionStatus[condition.state],
        text: short(condition.text, longest),
        meta: sentence(condition.note, condition.due === undefined ? undefined : `due at ${condition.due}`),
        // What a person wrote as evidence may be any text; only absolute paths lead anywhere.
        ...(evidence?.file !== undefined && /^([\\/]|[a-z]:)/i.test(evidence.file)
          ? {
              place: { file: evidence.file, ...(evidence.line === undefined ? {} : { line: evidence.line }) },
            }
          : {}),
      };
    });
}

export function discovered(track: Track): Remark[] {
  return (track.metadata?.discoveredWork ?? [])
    .slice(0, most)
    .map((text, i) => ({ id: String(i), text: short(text, longest) }));
}

export function consultations(track: Track, words: TimeWords): Remark[] {
  return (track.metadata?.leadConsultations ?? []).slice(0, most).map((consultation, i) => {
    const { lead, decision, question, reasoning, escalatedTo, authorityUsed, timestamp } = consultation;
    const open = decision === undefined && consultation.decisionMade !== true;
    const status: { sign: SignName; word: string } = open
      ? {
          sign: escalatedTo === undefined ? 'open' : 'review',
          word: escalatedTo === undefined ? 'Open' : `Asks ${short(escalatedTo, 40)}`,
        }
      : { sign: 'passed', word: 'Decided' };
    return {
      id: String(i),
      status,
      text: short(`${leadName(lead)}: ${decision ?? question ?? reasoning ?? 'no text'}`, longest),
      meta: sentence(
        decision === undefined ? undefined : question,
        authorityUsed,
        !open && escalatedTo !== undefined ? `escalated to ${escalatedTo}` : undefined,
        timestamp === undefined ? undefined : moment(timestamp, words),
      ),
    };
  });
}

function leadName(lead: string | undefined): string {
  if (lead === undefined) return 'A lead';
  const name = lead.charAt(0).toUpperCase() + lead.slice(1);
  return /lead|^(user|orchestrator)$/i.test(name) ? name : `${name} lead`;
}

function sentence(...parts: readonly (string | undefined)[]): string {
  return short(parts.filter((part) => part !== undefined && part !== '').join(', '), longest);
}
