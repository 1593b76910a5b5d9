import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Reply } from '../../src/shared/protocol';
import { Icon } from '../ui/icon';
import { Button } from '../ui/toolkit';

/**
 * A form over the page. The browser's own modal dialog: focus stays in it, Escape closes it, and the focus goes back to
 * where it was. It is sent once at a time; what is refused is said in it, with all that was typed kept.
 */
export function FormDialog({
  title,
  submit,
  writes,
  problem,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  /** On the button: "Cast Vote". */
  submit: string;
  /** What will be written, and where: said before. */
  writes: readonly string[];
  /** Why it cannot be sent as it is. */
  problem: string | undefined;
  /** `token`: the same for each sending of what one person filled in once. */
  onSubmit: (token: string) => Promise<Reply>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const sending = useRef(false);
  const token = useRef(newToken());
  const [pending, setPending] = useState(false);
  const [said, setSaid] = useState<string>();
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The first thing to fill in; of choices the one that is made.
    element
      ?.querySelector<HTMLElement>(
        'input:checked, input:not([type=radio]), vscode-text-field, vscode-text-area',
      )
      ?.focus();
    return () => element?.close();
  }, []);

  const send = async (): Promise<void> => {
    if (sending.current) return;
    if (problem !== undefined) {
      setSaid(problem);
      return;
    }
    sending.current = true;
    setPending(true);
    setSaid(undefined);
    const reply = await onSubmit(token.current);
    sending.current = false;
    setPending(false);
    if (reply.ok) dialog.current?.close();
    else {
      token.current = newToken();
      setSaid(reply.message ?? 'It was not written, and nobody said why.');
    }
  };

  return (
    <dialog
      ref={dialog}
      class="form"
      aria-labelledby={`${id}-title`}
      onClose={onClose}
      onKeyDown={(event) => {
        // The keys of the page are not for what lies over it; F5 would lose what was typed.
        if (event.key === 'Escape') return;
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void send();
        }
        if (event.key === 'F5') event.preventDefault();
      }}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <header>
          <h2 id={`${id}-title`}>{title}</h2>
          <Button kind="quiet" icon="close" label="Close" onClick={() => dialog.current?.close()} />
        </header>
        <div class="fields">{children}</div>
        <div class="writes">
          <h3 class="meta">What will be written</h3>
          <ul>
            {writes.map((line) => (
              <li key={line} dir="auto">
                {line}
              </li>
            ))}
          </ul>
        </div>
        <div role="alert">
          {said !== undefined && (
            <p class="refusal is-bad">
              <Icon name="error" />
              <span>{said}</span>
            </p>
          )}
        </div>
        <footer class="btns">
          <Button
            kind="primary"
            keys="Control+Enter"
            title={`${submit} (Ctrl+Enter)`}
            disabled={pending ? 'Writing…' : false}
            onClick={() => void send()}
          >
            {pending ? 'Writing…' : submit}
          </Button>
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
        </footer>
      </form>
    </dialog>
  );
}

let forms = 0;

function newToken(): string {
  return `${String(Date.now())}-${String(Math.random())}-${String(forms++)}`;
}

/** A label with its control. */
export function Field({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="fieldrow">
      <div class="label" aria-hidden="true">
        {label} {hint !== undefined && <span class="meta">{hint}</span>}
      </div>
      {children}
    </div>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly title?: string;
}

/** One of a few: all can be seen, arrows move between them. */
export function Choices<Value extends string>({
  label,
  hint,
  value,
  choices,
  onChoose,
}: {
  label: string;
  hint?: string;
  value: Value | undefined;
  choices: readonly Choice<Value>[];
  onChoose: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset class="fieldrow">
      <legend class="label">
        {label} {hint !== undefined && <span class="meta">{hint}</span>}
      </legend>
      <div class="choices">
        {choices.map((choice) => (
          <label key={choice.value} title={choice.title}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
