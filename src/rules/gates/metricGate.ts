import type { Criterion, Evidence, Gate, GateReview, MetricGateSettings } from '../../model/gate';
import type { GateEvidence } from './gateEvidence';
import { reviewsOf, withPersonsEntries } from './personsEntries';

export function metricGateId(name: string): string {
  return `metrics:${name}`;
}

/** A metric gate (spec 000, "Gate Types"): values from files of results, else entered by hand. */
export function metricGate(
  settings: MetricGateSettings,
  evidence: GateEvidence,
  allReviews: readonly GateReview[],
): Gate {
  const id = metricGateId(settings.name);
  const reviews = reviewsOf(id, allReviews);
  const criteria = Object.entries(settings.criteria).map(([name, { min, required }]): Criterion => {
    const reading = readingFor(name, evidence);
    const { value } = reading;
    return {
      id: name,
      name,
      group: 'metrics',
      required,
      minimum: min,
      ...(value === undefined ? {} : { value }),
      // Missing is below every minimum: the rule compares what is not there.
      state: value !== undefined && value >= min ? 'passed' : 'failed',
      note: reading.note,
      evidence: reading.evidence,
    };
  });
  // Metrics are measured again and again, there is no evaluation to count: one round.
  const round = 1;
  return {
    id,
    kind: 'METRICS',
    title: `Metric gate: ${settings.name}`,
    round,
    evaluated: criteria.some(({ value }) => value !== undefined),
    criteria: withPersonsEntries(criteria, reviews, round),
    failureReasons: [],
    earlier: [],
    reviews,
    contradictions: [],
    ...(settings.action === undefined ? {} : { action: settings.action }),
  };
}

function readingFor(
  criterion: string,
  evidence: GateEvidence,
): { readonly value?: number; readonly note: string; readonly evidence: readonly Evidence[] } {
  for (const { file, results, feeds } of evidence.results ?? []) {
    const feed = feeds?.find((candidate) => candidate.criterion === criterion);
    if (!feed) continue;
    const metric =
      feed.metric === undefined
        ? results.metrics.find(({ unit }) => unit === 'percent')
        : results.metrics.find(({ name }) => name === feed.metric);
    const problem = results.problems[0];
    const line = metric?.line ?? problem?.line;
    const place: Evidence = { file, ...(line === undefined ? {} : { line }), how: 'read' };
    if (metric) return { value: metric.value, note: metric.detail, evidence: [place] };
    const because =
      problem?.message ??
      `The file has no ${feed.metric ?? 'percentage'}${results.metrics.length > 0 ? ` (it has ${results.metrics.map(({ name }) => name).join(', ')})` : ''}.`;
    // What is unreadable answers nothing, so a person may.
    return { note: because, evidence: [{ ...place, note: because }] };
  }
  return { note: 'No file gives a value: enter it by hand.', evidence: [] };
}
