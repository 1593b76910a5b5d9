import type { BoardDue } from '../../rules/boardDue';
import { escalate } from '../escalation/escalate';
import { meet } from './meet';
import { withRun, type RunOptions } from './openRun';
import { registryOf, type RunContext } from './runContext';
import type { RunResult } from './runLoop';
import { runRefusal } from './runRefusal';

/**
 * A board meeting that a person convenes (spec 003, "Board Commands"): full, or a quick review. It needs the track to
 * itself, as a loop does. `complete`: the board resolved. Refuses as runLoop does.
 */
export async function conveneBoard(
  o: RunOptions & Pick<BoardDue, 'checkpoint' | 'quick'> & { readonly proposal?: string },
): Promise<RunResult> {
  const refused = await runRefusal(o);
  if (refused) return { refused };
  return withRun(o, ({ context }) => convened(context, o));
}

async function convened(
  context: RunContext,
  o: Pick<BoardDue, 'checkpoint' | 'quick'> & { readonly proposal?: string },
): Promise<RunResult> {
  const end = async (outcome: 'complete' | 'person' | 'stopped', why: string): Promise<RunResult> => {
    await context.log.append({ kind: 'run-ended', outcome, why });
    context.emit({ event: 'run-ended', outcome, why, iterations: 0 });
    return { outcome, why, iterations: 0 };
  };
  const track = await context.ports.tracks.read(context.signal);
  const meeting = await meet(context, track, o, o.proposal);
  switch (meeting.end) {
    case 'resolved':
      return end(
        'complete',
        `The board resolved: ${meeting.verdict.replaceAll('_', ' ')} (${meeting.session}).`,
      );
    case 'stopped':
      return end('stopped', 'The meeting was stopped; convene it again to go on with it.');
    case 'refused':
      // The session is recorded; only the evaluation that it speaks of is not there to be overruled.
      return end(
        'complete',
        `The board resolved: ${meeting.verdict.replaceAll('_', ' ')}. ${meeting.refused.message}`,
      );
    case 'person': {
      const why = meeting.escalations.map(({ description }) => description).join(' ');
      const written = await escalate(
        context.ports,
        await context.ports.tracks.read(),
        meeting.escalations,
        registryOf(context),
      );
      return end(
        'person',
        'refused' in written ? `${why} It could not be written down: ${written.refused.message}` : why,
      );
    }
  }
}
