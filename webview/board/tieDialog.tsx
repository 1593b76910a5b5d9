import { useState } from 'preact/hooks';
import {
  TIE_VERDICTS,
  type BoardRequest,
  type BoardSessionModel,
  type TieVerdict,
} from '../../src/shared/boardModel';
import type { Reply } from '../../src/shared/protocol';
import { TextArea } from '../ui/toolkit';
import { Choices, Field, FormDialog } from './dialog';

const words: Readonly<Record<TieVerdict, string>> = {
  APPROVED: 'Approved',
  APPROVED_WITH_REVIEW: 'Approved with review',
  REJECTED: 'Rejected',
};

/** What a person decides where the votes leave it open. */
export function TieDialog({
  session,
  ask,
  onClose,
}: {
  session: BoardSessionModel;
  ask: (request: BoardRequest) => Promise<Reply>;
  onClose: () => void;
}) {
  const [verdict, setVerdict] = useState<TieVerdict>();
  const [note, setNote] = useState('');
  return (
    <FormDialog
      title="Resolve the meeting"
      submit="Resolve"
      problem={
        verdict === undefined
          ? 'Choose a verdict.'
          : note.trim() === ''
            ? 'Say why you decide so: others will read it.'
            : note.length > 4000
              ? 'The reason is too long: at most 4,000 characters.'
              : undefined
      }
      writes={[
        verdict === undefined
          ? 'Nothing yet: choose a verdict.'
          : `The verdict ${verdict.replaceAll('_', ' ')}, and that a person resolved it, why and when. The votes stay as they are.`,
        ...(verdict !== undefined && verdict !== 'REJECTED'
          ? ['The conditions of the meeting join board_conditions.']
          : []),
        `In ${[...new Set(['metadata.json board_sessions', ...session.writes])].join(' and ')}.`,
      ]}
      onSubmit={(token) =>
        ask({
          kind: 'resolveTie',
          token,
          sessionId: session.id,
          verdict: verdict ?? 'REJECTED',
          note: note.trim(),
        })
      }
      onClose={onClose}
    >
      <p class="meta">{session.resolution.why}</p>
      <Choices
        label="Verdict"
        value={verdict}
        choices={TIE_VERDICTS.map((value) => ({ value, label: words[value] }))}
        onChoose={setVerdict}
      />
      <Field label="Reason" hint="others will read it">
        <TextArea label="Reason" value={note} onInput={setNote} rows={3} />
      </Field>
    </FormDialog>
  );
}
