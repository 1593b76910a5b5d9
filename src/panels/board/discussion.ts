import type { BoardRemark, BoardSession } from '../../model/board';
import type { DiscussionModel, RemarkModel, RoundModel } from '../../shared/boardModel';
import { nameOf } from './sessions';
import { clip, plural } from './words';

/** More remarks than a meeting of five can mean; the newest are kept. */
const mostRemarks = 2000;
const deepest = 2;

const acts: Readonly<Record<string, string>> = {
  CHALLENGE: 'challenges',
  AGREE: 'agrees',
  QUESTION: 'asks',
  CLARIFY: 'clarifies',
};

/** The remarks as threads, by round where they say theirs (spec 003, "Phase 2: DISCUSS"). */
export function discussionModel(
  session: BoardSession,
  o: { quick: boolean; running: boolean; kept: boolean; onBus: boolean },
): DiscussionModel {
  const all = session.discussion;
  const first = Math.max(0, all.length - mostRemarks);
  const numbered = all.slice(first).map((remark, i) => ({ remark, index: first + i }));
  const rounds = new Map<number | undefined, typeof numbered>();
  for (const one of numbered) {
    const list = rounds.get(one.remark.round);
    if (list) list.push(one);
    else rounds.set(one.remark.round, [one]);
  }
  const counted = roundsWord(session);
  return {
    count: [counted, plural(all.length, 'message')].filter((part) => part !== undefined).join(', '),
    total: all.length,
    rounds: [...rounds].map(([round, list]): RoundModel => ({
      ...(round === undefined ? {} : { title: `Round ${round}` }),
      remarks: threads(list),
    })),
    ...(all.length > 0 ? {} : { none: noneSentence(o) }),
  };
}

/** "2 of 3 rounds" */
export function roundsWord(session: BoardSession): string | undefined {
  const said = Math.max(0, ...session.discussion.map(({ round }) => round ?? 0));
  const rounds = session.rounds ?? (said > 0 ? said : undefined);
  if (rounds === undefined) return undefined;
  return session.maxRounds === undefined
    ? plural(rounds, 'round')
    : `${rounds} of ${plural(session.maxRounds, 'round')}`;
}

function noneSentence(o: { quick: boolean; running: boolean; onBus: boolean }): string {
  if (o.quick) return 'A quick review has no discussion.';
  if (o.running) return 'Nobody has said anything yet.';
  if (!o.onBus) return 'metadata.json keeps no discussion, and the bus holds another meeting or none.';
  return 'Nothing was said.';
}

/** Replies below what they answer: the last remark of the director that they are addressed to. Else in order. */
function threads(list: readonly { remark: BoardRemark; index: number }[]): RemarkModel[] {
  interface Placed {
    readonly model: RemarkModel;
    readonly replies: Placed[];
  }
  const roots: Placed[] = [];
  const lastOf = new Map<string, Placed>();
  for (const { remark, index } of list) {
    const to = remark.to === undefined ? undefined : nameOf(remark.to);
    const from = nameOf(remark.from ?? '');
    const parent = to === undefined || to === from ? undefined : lastOf.get(to);
    const placed: Placed = {
      model: {
        key: String(index),
        from: clip(remark.from ?? '?', 40),
        text: clip(remark.message),
        depth: parent ? Math.min(deepest, parent.model.depth + 1) : 0,
        ...aboutOf(remark),
        ...(remark.timestamp === undefined ? {} : { at: remark.timestamp }),
      },
      replies: [],
    };
    (parent?.replies ?? roots).push(placed);
    if (from !== '') lastOf.set(from, placed);
  }
  // Without recursion: two directors can answer each other hundreds of times.
  const flat: RemarkModel[] = [];
  const stack = roots.toReversed();
  for (let placed = stack.pop(); placed; placed = stack.pop()) {
    flat.push(placed.model);
    stack.push(...placed.replies.toReversed());
  }
  return flat;
}

function aboutOf(remark: BoardRemark): { about?: string } {
  const to = remark.to === undefined || nameOf(remark.to) === 'ALL' ? undefined : `to ${clip(remark.to, 40)}`;
  const type = remark.type === undefined ? undefined : (acts[nameOf(remark.type)] ?? clip(remark.type, 40));
  const about = [to, type, remark.changesMyVerdict ? 'changes the own verdict' : undefined]
    .filter((part) => part !== undefined)
    .join(', ');
  return about === '' ? {} : { about };
}
