import { oneLine } from '../../files/oneLine';
import type { Track } from '../../model/track';
import type { RetrospectiveAnswer } from './retrospectiveAnswer';

/** retrospective.md (FORMATS §4.15) of facts alone: what nobody said is not made up. */
export function plainRetrospective(track: Track, answer: RetrospectiveAnswer, today: string): string {
  const { metadata, loop, progress } = track;
  const completed = (metadata?.completedAt ?? today).slice(0, 10);
  const consultations = metadata?.leadConsultations.length ?? 0;
  const list = (items: readonly string[]): string =>
    items.length > 0 ? items.map((item) => `- ${oneLine(item)}`).join('\n') : 'None.';
  return `# Retrospective: ${oneLine(track.name)}

**Completed:** ${completed}
**Duration:** ${durationOf(metadata?.createdAt, completed)}
**Fix Cycles:** ${loop?.fixCycleCount ?? 0}

## Summary

${progress.done} of ${progress.total} tasks done, ${progress.skipped} skipped; ${consultations} consultations. Written from the track's files: its agent left no text.

## Patterns Extracted

${list(answer.patterns.map(({ name, category }) => `${name} (${category})`))}

## Errors Logged

${list(answer.errors.map(({ problem, solution }) => `${problem} → ${solution}`))}
`;
}

function durationOf(from: string | undefined, to: string): string {
  const ms = Date.parse(to) - Date.parse((from ?? '').slice(0, 10));
  if (Number.isNaN(ms) || ms < 0) return 'not known';
  const days = Math.round(ms / 86_400_000);
  return days === 1 ? '1 day' : `${days} days`;
}
