import type { ReportKind } from '../../model/evaluationReport';
import type { Track } from '../../model/track';

/** Id of the gate that a report of this kind is about; none in a track without a loop. */
export function gateOfReport(track: Pick<Track, 'loop'>, kind: ReportKind): string | undefined {
  if (!track.loop) return undefined;
  switch (kind) {
    case 'plan':
      return 'EVALUATE_PLAN';
    case 'execution':
    case 'other':
      return 'EVALUATE_EXECUTION';
    case 'phase':
    case 'technical':
      return undefined;
  }
}
