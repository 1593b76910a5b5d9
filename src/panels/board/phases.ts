import type { Track } from '../../model/track';
import type { SessionVerdict } from '../../rules/sessionVerdict';
import type { PhaseModel, Standing } from '../../shared/boardModel';
import { roundsWord } from './discussion';
import { spokenOf } from './directors';
import { nameOf, type ShownSession } from './sessions';
import { plural } from './words';

const order = ['ASSESSING', 'DISCUSSING', 'VOTING', 'RESOLVING'];

/** The four phases of a meeting with what there is of each (spec 003, "Deliberation Protocol"). */
export function phaseModels(
  { session, onBus }: ShownSession,
  verdict: SessionVerdict,
  o: { running: boolean; quick: boolean },
): PhaseModel[] {
  const now = o.running ? order.indexOf(nameOf(session.status ?? '')) : -1;
  const standing = (phase: number, complete: boolean, nothing: boolean): Standing => {
    if (complete) return 'passed';
    if (phase === now) return 'inProgress';
    // A meeting that has gone on has left this behind; what is missing is then missing for good.
    if (!o.running || (now >= 0 && phase < now)) return nothing ? 'skipped' : 'concerns';
    return 'notStarted';
  };
  const assessed = spokenOf(session.assessments);
  const voted = spokenOf(session.votes);
  const remarks = session.discussion.length;
  const discussed = remarks > 0 || (session.rounds ?? 0) > 0;
  const notKept = !o.running && !onBus;
  return [
    {
      name: 'Assess',
      standing: standing(0, assessed === 5, assessed === 0),
      detail: assessed === 0 && notKept ? 'not kept' : `${assessed} of 5`,
    },
    {
      name: 'Discuss',
      standing: o.quick ? 'skipped' : standing(1, discussed && (!o.running || now > 1), !discussed),
      detail: o.quick
        ? 'not in a quick review'
        : (roundsWord(session) ?? (remarks === 0 && notKept ? 'not kept' : plural(remarks, 'message'))),
    },
    { name: 'Vote', standing: standing(2, voted === 5, voted === 0), detail: `${voted} of 5` },
    { name: 'Resolve', ...resolvePhase(verdict, session.resolvedBy !== undefined, now === 3) },
  ];
}

function resolvePhase(
  { verdict, resolution, contradiction }: SessionVerdict,
  byPerson: boolean,
  now: boolean,
): Omit<PhaseModel, 'name'> {
  if (byPerson) return { standing: 'passed', detail: 'by a person' };
  if (contradiction !== undefined) return { standing: 'concerns', detail: 'disputed' };
  if (verdict === 'ESCALATE') return { standing: 'blocked', detail: 'waits for you' };
  if (verdict !== undefined) return { standing: 'passed', detail: resolution ? 'by rule' : 'as recorded' };
  return now ? { standing: 'inProgress', detail: 'now' } : { standing: 'notStarted', detail: 'not yet' };
}

/** Why the spec has the board meet here (spec 003, "When Board is Invoked"); undefined where no rule asks for it. */
export function whyMet(
  track: Pick<Track, 'metadata' | 'progress'>,
  checkpoint: string | undefined,
): string | undefined {
  switch (nameOf(checkpoint ?? '')) {
    case 'EVALUATE_PLAN': {
      const type = track.metadata?.type?.trim();
      const tasks = track.progress.total;
      const kinds = [
        nameOf(track.metadata?.priority ?? '').startsWith('P0') ? 'P0' : undefined,
        type !== undefined && /^(?:arch|infra|integ)/i.test(type) ? type.slice(0, 40) : undefined,
      ].filter((kind) => kind !== undefined);
      const many = tasks >= 5 ? `${tasks} tasks` : undefined;
      if (kinds.length === 0) return many && `Why it met: ${many}`;
      return `Why it met: ${kinds.join(' ')} track${many === undefined ? '' : ` with ${many}`}`;
    }
    case 'EVALUATE_EXECUTION':
      return 'Why it met: every evaluation of an execution has a quick review';
    case 'PRE_LAUNCH':
      return 'Why it met: a production deploy is due';
    case 'CONFLICT':
      return 'Why it met: evaluators disagree';
    default:
      return undefined;
  }
}
