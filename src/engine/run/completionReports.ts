import { gatesOf } from '../../rules/gates/gatesOf';
import { writePhaseReport } from '../gateReports';
import type { RunContext } from './runContext';

/**
 * The Phase Completion Reports of a complete track (spec 003, step 5 and "Phase Completion Template"), once: a track
 * that has one of them, by whomever, gets no more. What cannot be said truly of a phase is told and not written.
 */
export async function writeCompletionReports(context: RunContext): Promise<void> {
  const { ports, log, signal } = context;
  const first = await ports.tracks.read();
  const begun = log.state().answers.has(marker);
  if (!begun && first.reports.some(({ report }) => report.kind === 'phase')) return;
  // So that a run that is broken off between two reports knows that they are its own.
  if (!begun) await log.append({ kind: 'answered', question: marker, answer: 'begun' });
  for (const { id } of gatesOf(first)) {
    if (signal.aborted) return;
    // Each report changes plan.md: the next one is written about the file as it is then.
    const track = await ports.tracks.read();
    const gate = gatesOf(track).find((candidate) => candidate.id === id);
    if (gate?.kind !== 'PHASE_COMPLETION') continue;
    const result = await writePhaseReport(ports, track, gate, {}, { loopCompleted: true });
    if ('refused' in result) {
      context.emit({
        event: 'warning',
        message: `No completion report was written: ${result.refused.message}`,
      });
    }
  }
}

const marker = 'completion-reports';
