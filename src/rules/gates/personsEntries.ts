import type { Criterion, Evidence, GateReview, Waiver } from '../../model/gate';

/** The reviews of one gate, oldest first, any round. */
export function reviewsOf(gate: string, reviews: readonly GateReview[]): readonly GateReview[] {
  return reviews.filter((review) => review.gate === gate);
}

/**
 * Criteria with what people entered and waived in this round. What a person enters answers only what no file answers:
 * it cannot overrule what was read. A waiver changes no state, it is shown beside it.
 */
export function withPersonsEntries(
  criteria: readonly Criterion[],
  reviews: readonly GateReview[],
  round: number,
): Criterion[] {
  const latest = new Map<string, { entered?: GateReview; waiver?: GateReview }>();
  for (const review of reviews) {
    if (review.round !== round || review.criterion === undefined) continue;
    const known = latest.get(review.criterion) ?? {};
    if (review.decision === 'ENTER') known.entered = review;
    if (review.decision === 'WAIVE' || review.decision === 'UNWAIVE') known.waiver = review;
    latest.set(review.criterion, known);
  }
  return criteria.map((criterion) => {
    const said = latest.get(criterion.id);
    if (!said) return criterion;
    const answered = said.entered ? withAnswer(criterion, said.entered) : criterion;
    // A report that was written after the waiver has it as not applicable: it is still a waiver.
    const holds = answered.state !== 'passed';
    return said.waiver?.decision === 'WAIVE' && holds && answered.notWaivable === undefined
      ? { ...answered, waived: waiverOf(said.waiver) }
      : answered;
  });
}

function withAnswer(criterion: Criterion, entered: GateReview): Criterion {
  const isAnswered =
    criterion.minimum === undefined ? criterion.state !== 'open' : criterion.value !== undefined;
  if (isAnswered) return criterion;
  const evidence = [
    ...criterion.evidence,
    {
      how: 'byHand' as const,
      note: `${entered.by}${entered.at === undefined ? '' : `, ${entered.at}`}`,
    },
  ];
  const note = entered.note === undefined ? {} : { note: entered.note };
  if (criterion.minimum !== undefined) {
    if (entered.value === undefined) return criterion;
    return {
      ...criterion,
      ...note,
      value: entered.value,
      state: entered.value >= criterion.minimum ? 'passed' : 'failed',
      evidence,
    };
  }
  if (entered.passed === undefined) return criterion;
  return { ...criterion, ...note, state: entered.passed ? 'passed' : 'failed', evidence };
}

function waiverOf(review: GateReview): Waiver {
  return {
    by: review.by,
    ...(review.at === undefined ? {} : { at: review.at }),
    ...(review.note === undefined ? {} : { note: review.note }),
  };
}

/**
 * Criteria as they were when a person decided the round. What was open then is as it is read now. What has failed since is
 * told, and changes no decision.
 */
export function asDecided(
  criteria: readonly Criterion[],
  decided: GateReview | undefined,
  file: string | undefined,
  contradictions: string[],
): Criterion[] {
  const then = new Map(decided?.criteria?.map((criterion) => [criterion.id, criterion]));
  return criteria.map((criterion) => {
    const was = then.get(criterion.id);
    if (!decided || !was || was.state === criterion.state) return criterion;
    if (was.state === 'open' && (criterion.state !== 'failed' || decided.decision !== 'APPROVE'))
      return criterion;
    if (was.state !== 'failed' && criterion.state === 'failed') {
      contradictions.push(
        `${criterion.name} ${was.state === 'open' ? 'had no answer' : 'passed'} when ${decided.by} decided, and has failed since${criterion.note === undefined ? '.' : `: ${criterion.note}`}`,
      );
    }
    const kept: Evidence = {
      ...(file === undefined ? {} : { file }),
      how: 'read',
      note: `as ${decided.by} decided${decided.at === undefined ? '' : `, ${decided.at}`}`,
    };
    const { note: _, ...rest } = criterion;
    return {
      ...rest,
      state: was.state,
      required: criterion.required || was.state === 'failed',
      ...(was.note === undefined ? {} : { note: was.note }),
      evidence: [kept],
    };
  });
}
