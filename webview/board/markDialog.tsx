import { useState } from 'preact/hooks';
import type { BoardRequest, ConditionModel } from '../../src/shared/boardModel';
import type { Reply } from '../../src/shared/protocol';
import { TextArea, TextField } from '../ui/toolkit';
import { Choices, Field, FormDialog } from './dialog';

/** Whether a condition is met, with what shows it. */
export function MarkDialog({
  condition,
  ask,
  onClose,
}: {
  condition: ConditionModel;
  ask: (request: BoardRequest) => Promise<Reply>;
  onClose: () => void;
}) {
  const [met, setMet] = useState<'met' | 'unmet'>('met');
  const [place, setPlace] = useState('');
  const [note, setNote] = useState('');
  const parts = /^(.*?)(?::(\d{1,9}))?$/s.exec(place.trim());
  const file = met === 'met' ? (parts?.[1] ?? '') : '';
  const line = parts?.[2] === undefined ? undefined : Number(parts[2]);
  return (
    <FormDialog
      title={met === 'met' ? 'Mark a condition met' : 'Mark a condition not met'}
      submit={met === 'met' ? 'Mark Met' : 'Mark Not Met'}
      problem={problemOf(met, file, line, note)}
      writes={[
        `“${condition.text}” is ${met === 'met' ? 'met' : 'not met'}, with the evidence, by a person, with the time. Earlier marks stay in the list.`,
        'In metadata.json: board_condition_evidence, and unmet_board_conditions of the evaluation where that differs.',
      ]}
      onSubmit={(token) =>
        ask({
          kind: 'markCondition',
          token,
          condition: condition.written,
          met: met === 'met',
          ...(file === '' ? {} : { file }),
          ...(file === '' || line === undefined ? {} : { line }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
        })
      }
      onClose={onClose}
    >
      <p class="quote" dir="auto">
        {condition.text}
      </p>
      <Choices
        label="It is"
        value={met}
        choices={[
          { value: 'met', label: 'Met' },
          { value: 'unmet', label: 'Not met' },
        ]}
        onChoose={setMet}
      />
      {met === 'met' && (
        <Field label="Where it can be seen" hint="file and line in the project, like src/store.ts:88">
          <TextField
            label="Where it can be seen: file and line in the project"
            value={place}
            onInput={setPlace}
          />
        </Field>
      )}
      <Field label="Note" hint={met === 'met' ? 'how you know, if no file shows it' : 'why it is not met'}>
        <TextArea label="Note" value={note} onInput={setNote} rows={3} />
      </Field>
    </FormDialog>
  );
}

function problemOf(
  met: 'met' | 'unmet',
  file: string,
  line: number | undefined,
  note: string,
): string | undefined {
  if (met === 'met' && file === '' && note.trim() === '') {
    return 'Show where it is met: a file, or a note that says how you know.';
  }
  if (met === 'unmet' && note.trim() === '') return 'Say why it is not met: others will read it.';
  if (line === 0) return 'Lines are counted from 1.';
  if (file.length > 4096) return 'The path is too long.';
  return note.length > 4000 ? 'The note is too long: at most 4,000 characters.' : undefined;
}
