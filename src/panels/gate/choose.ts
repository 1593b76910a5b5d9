import type { Gate, MetricGateSettings } from '../../model/gate';
import type { Track } from '../../model/track';
import { decide } from '../../rules/gates/decide';
import { defaultMetricGates, type GateEvidence } from '../../rules/gates/gateEvidence';
import { metricGateId } from '../../rules/gates/metricGate';
import { gateById, gatesOf, presentGateOf } from '../../rules/gates/gatesOf';
import type { GateChoice } from '../../shared/gateModel';
import { outcomeWord } from './looks';
import { short } from './texts';

/** The gates of a track to choose from, and the one that is looked at. */
export interface ChosenGate {
  readonly gates: readonly Gate[];
  readonly gate: Gate;
  /** Ids of the gates that this project uses; metric gates that it does not can be chosen all the same. */
  readonly inUse: ReadonlySet<string>;
  /** The evidence with every metric gate that can be reviewed. */
  readonly evidence: GateEvidence;
  /** The gate that was asked for is not there: its id. */
  readonly missing?: string;
}

/**
 * The gate that was asked for; else the one that the track stands at. Metric gates that nobody uses can be chosen and
 * are never shown unasked: their missing values would reject every track. Undefined: the track has no gate.
 */
export function chooseGate(
  track: Track,
  read: GateEvidence,
  item: string | undefined,
): ChosenGate | undefined {
  const evidence = { ...read, metricGates: metricGatesFor(read) };
  const gates = gatesOf(track, evidence);
  const inUse = new Set(gates.filter((gate) => isInUse(gate, read)).map(({ id }) => id));
  const own = gates.filter(({ id }) => inUse.has(id));
  const asked = item === undefined ? undefined : gateById(track, item, evidence);
  const gate = asked ?? presentGateOf(track, own);
  if (!gate) return undefined;
  return {
    gates: gates.some(({ id }) => id === gate.id) ? gates : [...gates, gate],
    gate,
    inUse,
    evidence,
    ...(asked || item === undefined ? {} : { missing: item }),
  };
}

/** Those of the settings, and those of spec 000 that they do not name. */
function metricGatesFor({ metricGates = [] }: GateEvidence): MetricGateSettings[] {
  return [
    ...metricGates,
    ...defaultMetricGates.filter(({ name }) => !metricGates.some((known) => known.name === name)),
  ];
}

/** A metric gate is when the project's state file has it, a file of results feeds it, or somebody decided about it. */
function isInUse(gate: Gate, { results = [], metricGates = [] }: GateEvidence): boolean {
  if (gate.kind !== 'METRICS' || gate.reviews.length > 0) return true;
  const names = new Set(gate.criteria.map(({ id }) => id));
  return (
    metricGates.some(({ name }) => metricGateId(name) === gate.id) ||
    results.some(({ feeds }) => feeds?.some(({ criterion }) => names.has(criterion)))
  );
}

export function choicesOf({ gates, inUse }: ChosenGate): GateChoice[] {
  return gates.map((gate) => ({
    id: gate.id,
    title: short(gate.title, 80),
    word:
      gate.kind === 'METRICS' && !inUse.has(gate.id)
        ? 'Not in use'
        : gate.evaluated || gate.reviews.length > 0
          ? outcomeWord(decide(gate).outcome)
          : 'Not evaluated',
  }));
}
