import { useState } from 'preact/hooks';
import { directors, type Director } from '../../src/model/board';
import { resolveBoard } from '../../src/rules/boardResolution';
import {
  VOTE_VERDICTS,
  type BoardRequest,
  type BoardSessionModel,
  type VoteVerdict,
} from '../../src/shared/boardModel';
import type { Reply } from '../../src/shared/protocol';
import { TextArea, TextField } from '../ui/toolkit';
import { Choices, Field, FormDialog } from './dialog';

const words: Readonly<Record<VoteVerdict, string>> = {
  APPROVE: 'Approve',
  REJECT: 'Reject',
  CONCERNS: 'Concerns',
  ABSTAIN: 'Abstain',
};

/** A director's vote, cast or corrected by a person. */
export function VoteDialog({
  session: seen,
  director: first,
  ask,
  onClose,
}: {
  /** As it was when the form was opened: what the person has seen is what they correct. */
  session: BoardSessionModel;
  director: string | undefined;
  ask: (request: BoardRequest) => Promise<Reply>;
  onClose: () => void;
}) {
  const [director, setDirector] = useState<Director>(
    directors.find((name) => name === first) ??
      directors.find((name) => voteIn(seen, name) === undefined) ??
      'CA',
  );
  const [verdict, setVerdict] = useState<VoteVerdict>();
  const [confidence, setConfidence] = useState('');
  const [note, setNote] = useState('');
  const before = voteIn(seen, director);
  const number = confidence.trim() === '' ? undefined : Number(confidence.trim().replace(',', '.'));
  return (
    <FormDialog
      title={before === undefined ? 'Cast a vote' : 'Correct a vote'}
      submit={before === undefined ? 'Cast Vote' : 'Correct Vote'}
      problem={problemOf(verdict, number, before, note)}
      writes={writesOf(seen, director, before, verdict)}
      onSubmit={(token) =>
        ask({
          kind: 'castVote',
          token,
          sessionId: seen.id,
          director,
          verdict: verdict ?? 'ABSTAIN',
          ...(number === undefined ? {} : { confidence: number }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
          ...(before === undefined ? {} : { seen: before }),
        })
      }
      onClose={onClose}
    >
      <Choices
        label="Director"
        value={director}
        choices={directors.map((name) => ({
          value: name,
          label: name,
          title: seen.directors.find(({ key }) => key === name)?.title,
        }))}
        onChoose={setDirector}
      />
      <p class="meta">
        {before === undefined
          ? `${director} has not voted.`
          : `${director} has voted ${seen.resolution.ballots.find((one) => one.director === director)?.word ?? before}.`}
      </p>
      <Choices
        label="Vote"
        value={verdict}
        choices={VOTE_VERDICTS.map((value) => ({ value, label: words[value] }))}
        onChoose={setVerdict}
      />
      <Field label="Confidence" hint="0 to 1, may stay empty">
        <TextField label="Confidence, 0 to 1, may stay empty" value={confidence} onInput={setConfidence} />
      </Field>
      <Field
        label="Reason"
        hint={before === undefined ? 'may stay empty' : 'others will read why it was corrected'}
      >
        <TextArea label="Reason" value={note} onInput={setNote} rows={3} />
      </Field>
    </FormDialog>
  );
}

/** The vote as written. */
function voteIn({ directors: all }: BoardSessionModel, director: Director): string | undefined {
  return all.find(({ key }) => key === director)?.vote?.written;
}

function problemOf(
  verdict: VoteVerdict | undefined,
  confidence: number | undefined,
  before: string | undefined,
  note: string,
): string | undefined {
  if (verdict === undefined) return 'Choose a vote.';
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) {
    return 'Confidence is a number from 0 to 1, like 0.8.';
  }
  if (before !== undefined && note.trim() === '')
    return 'Say why the vote is corrected: others will read it.';
  if (note.length > 4000) return 'The reason is too long: at most 4,000 characters.';
  return undefined;
}

function writesOf(
  session: BoardSessionModel,
  director: Director,
  before: string | undefined,
  verdict: VoteVerdict | undefined,
): string[] {
  if (verdict === undefined) return ['Nothing yet: choose a vote.'];
  const votes = Object.fromEntries(
    Object.entries(session.votes).filter(([key]) => key.trim().toUpperCase() !== director),
  );
  const rule = resolveBoard({ ...votes, [director]: { verdict } }, session.quick);
  const { recorded, resolvedBy } = session.resolution;
  return [
    `${director}: ${before === undefined ? '' : `${before} → `}${verdict}, entered by a person, with the time, in vote_corrections too.`,
    resolvedBy
      ? `The verdict stays as ${resolvedBy.by} resolved it.`
      : recorded
        ? `The verdict follows the votes: ${rule.verdict.replaceAll('_', ' ')} (${rule.why})`
        : `No verdict is written. The votes then give: ${rule.why}`,
    `In ${session.voteWrites.join(' and ')}.`,
  ];
}
