import {
  evaluationReport,
  phaseReportRefusal,
  writeEvaluationReport,
  writePhaseReport,
  type ReportOutcome,
} from '../../../engine/gateReports';
import type { Ports } from '../../../engine/ports';
import type { Gate } from '../../../model/gate';
import type { Track } from '../../../model/track';
import type { GateEvidence } from '../../../rules/gates/gateEvidence';
import type { ShownGate } from '../../../shared/gateModel';

/** The report of a gate, and why it cannot be written now; undefined for gates that have none. */
export function reportOf(track: Track, gate: Gate, date: string): ShownGate['report'] {
  switch (gate.kind) {
    case 'EVALUATE_PLAN':
    case 'EVALUATE_EXECUTION': {
      const content = evaluationReport(track, gate, date);
      return {
        title: 'Write Evaluation Report',
        ...('refused' in content ? { because: content.refused.message } : {}),
      };
    }
    case 'PHASE_COMPLETION': {
      const saysDone = track.plan?.phases.some(
        ({ key, saysDone: done }) => gate.id === `phase:${key}` && done,
      );
      const refused = phaseReportRefusal(gate, saysDone === true);
      return { title: 'Write Phase Report', ...(refused ? { because: refused.message } : {}) };
    }
    case 'PRE_LAUNCH':
    case 'METRICS':
      return undefined;
  }
}

export function writeReport(
  ports: Pick<Ports, 'editor' | 'clock'>,
  track: Track,
  gate: Gate,
  evidence: GateEvidence,
  note: string | undefined,
): Promise<ReportOutcome> {
  const options = note === undefined || note.trim() === '' ? {} : { note };
  return gate.kind === 'PHASE_COMPLETION'
    ? writePhaseReport(ports, track, gate, evidence, options)
    : writeEvaluationReport(ports, track, gate, options);
}
