import { useState } from 'preact/hooks';
import { directors, type Director } from '../../src/model/board';
import type { BoardModel, BoardRequest } from '../../src/shared/boardModel';
import type { Reply } from '../../src/shared/protocol';
import { TextArea } from '../ui/toolkit';
import { Choices, Field, FormDialog } from './dialog';

type Due = 'EVALUATE_EXECUTION' | 'PRE_LAUNCH';

/** A condition that a person adds to a meeting, or to the track where there is none. */
export function ConditionDialog({
  model,
  ask,
  onClose,
}: {
  model: BoardModel;
  ask: (request: BoardRequest) => Promise<Reply>;
  onClose: () => void;
}) {
  const [seen] = useState(model);
  const [text, setText] = useState('');
  const [director, setDirector] = useState<Director | 'none'>('none');
  const [due, setDue] = useState<Due>('EVALUATE_EXECUTION');
  const [note, setNote] = useState('');
  const { session } = seen;
  const words = text.trim().replace(/\s+/g, ' ');
  return (
    <FormDialog
      title="Add a condition"
      submit="Add Condition"
      problem={
        words === ''
          ? 'Say what the condition is.'
          : words.length > 1000
            ? 'The condition is too long: at most 1,000 characters.'
            : note.length > 4000
              ? 'The note is too long: at most 4,000 characters.'
              : undefined
      }
      writes={[
        words === ''
          ? 'Nothing yet: say what the condition is.'
          : `“${words}${director === 'none' ? '' : ` (${director})`}”, due at ${due}, with who added it and when.`,
        `In ${[...seen.conditionWrites, ...(session && session.frozen === undefined ? session.writes : [])].join(' and ')}.`,
      ]}
      onSubmit={(token) =>
        ask({
          kind: 'addCondition',
          token,
          text: words,
          ...(session && session.frozen === undefined ? { sessionId: session.id } : {}),
          ...(director === 'none' ? {} : { director }),
          ...(due === 'EVALUATE_EXECUTION' ? {} : { due }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
        })
      }
      onClose={onClose}
    >
      <Field label="Condition">
        <TextArea label="Condition" value={text} onInput={setText} rows={2} />
      </Field>
      <Choices
        label="Asked for by"
        value={director}
        choices={[
          { value: 'none', label: 'Nobody' },
          ...directors.map((name) => ({ value: name, label: name })),
        ]}
        onChoose={setDirector}
      />
      <Choices
        label="Due at"
        value={due}
        choices={[
          { value: 'EVALUATE_EXECUTION', label: 'Evaluate execution' },
          { value: 'PRE_LAUNCH', label: 'Pre-launch' },
        ]}
        onChoose={setDue}
      />
      <Field label="Note" hint="may stay empty">
        <TextArea label="Note" value={note} onInput={setNote} rows={2} />
      </Field>
    </FormDialog>
  );
}
