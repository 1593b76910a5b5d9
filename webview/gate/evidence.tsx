import type { ShownEvidence } from '../../src/shared/gateModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { CommitLink, FileLink } from '../ui/links';
import { timeText } from './time';

type Ask = (request: CommonRequest) => Promise<Reply>;

/** Where answers come from, each with the way there, and whether a file or a person says it. */
export function EvidenceList({
  evidence,
  ask,
  tabIndex,
  says,
}: {
  evidence: readonly ShownEvidence[];
  ask: Ask;
  tabIndex?: number;
  /** Say of what was read from a file that it was; a person's word is always marked. */
  says?: boolean;
}) {
  if (evidence.length === 0) return <span class="meta">No evidence</span>;
  const [first, ...more] = evidence;
  return (
    <>
      {first && <Piece piece={first} ask={ask} tabIndex={tabIndex} says={says} />}
      {more.length > 0 &&
        more.slice(0, 4).map((piece, i) => (
          <>
            {' '}
            <Piece key={i} piece={piece} ask={ask} tabIndex={tabIndex} says={says} />
          </>
        ))}
      {more.length > 4 && <span class="meta"> and {more.length - 4} more</span>}
    </>
  );
}

function Piece({
  piece,
  ask,
  tabIndex,
  says,
}: {
  piece: ShownEvidence;
  ask: Ask;
  tabIndex: number | undefined;
  says: boolean | undefined;
}) {
  const { text, place, commit, how } = piece;
  return (
    <span class="piece">
      {place ? (
        <FileLink place={place} ask={ask} tabIndex={tabIndex}>
          <bdi>{text}</bdi>
        </FileLink>
      ) : commit !== undefined ? (
        <CommitLink commit={commit} ask={ask} tabIndex={tabIndex} />
      ) : (
        text !== '' && <bdi>{text}</bdi>
      )}{' '}
      {how === 'byHand' ? (
        <span class="meta">
          entered by hand{piece.note !== undefined && <bdi> by {byText(piece.note)}</bdi>}
        </span>
      ) : (
        says && place && <span class="meta">read from file</span>
      )}
    </span>
  );
}

/** "Ada, 2026-09-22T17:46:00Z" → "Ada, 22 Sep 17:46" */
function byText(note: string): string {
  const at = /, (\d{4}-\d\d-\d\dT[\d:.]+Z?)$/.exec(note);
  return at?.[1] === undefined ? note : `${note.slice(0, at.index)}, ${timeText(at[1])}`;
}
