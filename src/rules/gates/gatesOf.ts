import type { Gate } from '../../model/gate';
import type { Track } from '../../model/track';
import { executionGate } from './executionGate';
import type { GateEvidence } from './gateEvidence';
import { metricGate } from './metricGate';
import { phaseGate } from './phaseGate';
import { planGate } from './planGate';
import { hasPreLaunch, preLaunchGate } from './preLaunchGate';

/**
 * Every gate of a track, in the order in which work passes them: EVALUATE_PLAN, each phase that has tasks,
 * EVALUATE_EXECUTION, the metric gates in use, PRE_LAUNCH where something is due there. Tracks without a loop have no
 * evaluation gates. Pure; linear in the track.
 */
export function gatesOf(track: Track, evidence: GateEvidence = {}): Gate[] {
  const reviews = track.metadata?.gateReviews ?? [];
  return [
    ...(track.loop ? [planGate(track)] : []),
    ...(track.plan?.phases ?? [])
      .filter((phase) => phase.tasks.length > 0)
      .map((phase) => phaseGate(track, phase, evidence)),
    ...(track.loop ? [executionGate(track, evidence)] : []),
    ...(evidence.metricGates ?? []).map((settings) => metricGate(settings, evidence, reviews)),
    ...(hasPreLaunch(track) ? [preLaunchGate(track)] : []),
  ];
}

/** One gate of a track by its id; also PRE_LAUNCH when nothing is due there yet. */
export function gateById(track: Track, id: string, evidence: GateEvidence = {}): Gate | undefined {
  return (
    gatesOf(track, evidence).find((gate) => gate.id === id) ??
    (id === 'PRE_LAUNCH' ? preLaunchGate(track) : undefined)
  );
}

/** The gate that the track stands at: what a person is asked to review when they name none. */
export function presentGateOf(track: Track, gates: readonly Gate[]): Gate | undefined {
  const step = track.loop?.step;
  const id =
    step === 'NOT_STARTED' || step === 'PLAN' || step === 'EVALUATE_PLAN'
      ? 'EVALUATE_PLAN'
      : step === undefined
        ? undefined
        : 'EVALUATE_EXECUTION';
  const phases = gates.filter(({ kind }) => kind === 'PHASE_COMPLETION');
  const openPhase = phases.find(
    ({ id: phaseId }) => !track.plan?.phases.some((p) => `phase:${p.key}` === phaseId && p.saysDone),
  );
  return gates.find((gate) => gate.id === id) ?? openPhase ?? phases.at(-1) ?? gates[0];
}
