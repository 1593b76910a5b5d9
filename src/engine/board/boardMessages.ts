import { eventFileName, mostLineBytes } from '../../files/busWriting';
import { oneLine } from '../../files/oneLine';
import type { BoardSession, BoardVote, Director } from '../../model/board';
import type { EditRefusal } from '../../model/edit';
import type { BusMessage } from '../../model/messageBus';
import { postEvent, postMessage } from '../parallel/bus';
import type { RunContext } from '../run/runContext';

/*
 * What a meeting posts (FORMATS §4.9). The board's own files are the record; a message that is lost is a warning. Each
 * looks first whether the bus has it since the session began, so that after a crash nothing is posted twice.
 */

/** Room for the rest of a line beside its lists. */
const mostListBytes = mostLineBytes - 1200;

/** Posts the assessment of each director that has given one, or of one of them. */
export async function postAssessments(
  context: RunContext,
  session: BoardSession,
  only?: Director,
): Promise<void> {
  const posted = await postedSince(context, session, 'BOARD_ASSESS');
  for (const [director, said] of Object.entries(session.assessments)) {
    if (only !== undefined && director !== only) continue;
    if (posted.some(({ payload }) => payload['director'] === director)) continue;
    const [concerns = [], recommendations = []] = fitting([said.concerns, said.recommendations]);
    await warned(
      context,
      postMessage(
        context,
        'BOARD_ASSESS',
        {
          director,
          verdict: said.verdict ?? '',
          ...(said.score === undefined ? {} : { score: said.score }),
          concerns,
          recommendations,
        },
        director,
      ),
    );
  }
}

/** Posts what was said in the discussion. */
export async function postRemarks(context: RunContext, session: BoardSession): Promise<void> {
  const posted = await postedSince(context, session, 'BOARD_DISCUSS');
  for (const {
    from = '',
    to = 'ALL',
    type = 'CLARIFY',
    message,
    changesMyVerdict,
    timestamp,
  } of session.discussion) {
    const start = message.slice(0, 40);
    const said = ({ payload, timestamp: at }: BusMessage): boolean =>
      payload['from'] === from &&
      (payload['timestamp'] ?? at) === timestamp &&
      String(payload['message']).slice(0, start.length) === start;
    if (posted.some(said)) continue;
    const payload = {
      from,
      to,
      type,
      message,
      changes_my_verdict: changesMyVerdict ?? false,
      timestamp: timestamp ?? context.ports.clock().toISOString(),
    };
    await warned(context, postMessage(context, 'BOARD_DISCUSS', payload, from));
  }
}

/** Posts the votes. */
export async function postVotes(
  context: RunContext,
  session: BoardSession,
  votes: Readonly<Record<string, BoardVote>>,
): Promise<void> {
  const posted = await postedSince(context, session, 'BOARD_VOTE');
  for (const [director, vote] of Object.entries(votes)) {
    if (posted.some(({ payload }) => payload['director'] === director)) continue;
    const [conditions = []] = fitting([vote.conditions]);
    const payload = {
      director,
      final_verdict: vote.verdict,
      ...(vote.confidence === undefined ? {} : { confidence: vote.confidence }),
      conditions,
      timestamp: vote.timestamp ?? context.ports.clock().toISOString(),
    };
    await warned(context, postMessage(context, 'BOARD_VOTE', payload, director));
  }
}

/** Posts the resolution, with its event files. */
export async function postResolution(
  context: RunContext,
  session: BoardSession,
  resolved: {
    readonly verdict: string;
    readonly votes: Readonly<Record<string, BoardVote>>;
    readonly conditions: readonly string[];
    readonly at: string;
  },
): Promise<void> {
  if ((await postedSince(context, session, 'BOARD_RESOLVE')).length === 0) {
    const [conditions = []] = fitting([resolved.conditions]);
    const payload = {
      verdict: resolved.verdict,
      vote_summary: Object.fromEntries(
        Object.entries(resolved.votes).map(([director, { verdict }]) => [director, verdict]),
      ),
      conditions,
      timestamp: resolved.at,
    };
    await warned(context, postMessage(context, 'BOARD_RESOLVE', payload));
  }
  for (const about of [undefined, 'all']) {
    await warned(context, postEvent(context, eventFileName('BOARD_RESOLVE', about), resolved.verdict));
  }
}

/** What the bus has of a type since the session began. */
async function postedSince(
  context: RunContext,
  { startedAt }: BoardSession,
  type: string,
): Promise<readonly BusMessage[]> {
  const { bus } = await context.ports.tracks.read();
  const since = Date.parse(startedAt ?? '');
  return (
    bus?.messages.filter(
      (message) => message.type === type && !(Date.parse(message.timestamp ?? '') < since),
    ) ?? []
  );
}

async function warned(context: RunContext, posting: Promise<EditRefusal | undefined>): Promise<void> {
  const refused = await posting;
  if (refused) {
    context.emit({ event: 'warning', message: `A message of the board was not posted: ${refused.message}` });
  }
}

/** Lists that fit into one message together: fewer and shorter items until they do; the whole is in the board's files. */
function fitting(lists: readonly (readonly string[])[]): string[][] {
  for (const [items, length] of [
    [20, 400],
    [10, 200],
    [6, 120],
    [4, 80],
    [2, 40],
  ] as const) {
    const short = lists.map((list) => list.slice(0, items).map((text) => clip(oneLine(text), length)));
    if (Buffer.byteLength(JSON.stringify(short)) <= mostListBytes) return short;
  }
  return lists.map(() => []);
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
