import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Act, Decision, GateModel, GateRequest, ShownCriterion } from '../../src/shared/gateModel';
import type { CommonRequest, Reply } from '../../src/shared/protocol';
import { Icon } from '../ui/icon';
import { Button, Dropdown, TextArea, TextField } from '../ui/toolkit';
import type { CriterionMode } from './rows';

const NOTE = 'note';

type Verdict = 'approve' | 'requestChanges' | 'reject';

/** What is sent beyond the gate itself. */
export interface Deed {
  readonly decision: Decision;
  readonly criterion?: string;
  readonly value?: number;
  readonly passed?: boolean;
  readonly businessSync?: boolean;
}

export interface DecisionBarProps {
  readonly model: GateModel;
  readonly criteria: readonly ShownCriterion[];
  readonly note: string;
  readonly setNote: (note: string) => void;
  readonly mode: CriterionMode | undefined;
  readonly setMode: (mode: CriterionMode | undefined) => void;
  /** Key of the criterion that has the focus, or had it last. */
  readonly current: string | undefined;
  readonly ask: (request: GateRequest | CommonRequest) => Promise<Reply>;
  /** Where the page's keys find what can be done now. */
  readonly keys: { current: Partial<Record<Verdict | 'waive', () => void>> };
}

/** Where a person decides: each decision says what it writes before it is taken, or why it cannot be taken. */
export function DecisionBar(props: DecisionBarProps) {
  const { model, criteria, mode, note } = props;
  const { gate } = model;
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  // Before the next render too: two clicks of one double click are one decision.
  const busyRef = useRef(false);
  const bar = useRef<HTMLFormElement>(null);

  const send = async (deed: Deed): Promise<boolean> => {
    if (busyRef.current) return false;
    const needsNote = deed.decision !== 'APPROVE' && deed.decision !== 'ENTER' && deed.decision !== 'UNWAIVE';
    if (needsNote && note.trim() === '') {
      setRefusal('Say why in the note: others will read it, and whoever fixes it works from it.');
      focusNote(bar.current);
      return false;
    }
    busyRef.current = true;
    setBusy(true);
    setRefusal(undefined);
    const reply = await props.ask({
      kind: 'review',
      gate: gate.id,
      seen: gate.seen,
      ...deed,
      ...(note.trim() === '' ? {} : { note }),
    });
    busyRef.current = false;
    setBusy(false);
    if (!reply.ok) {
      setRefusal(reply.message ?? 'It was not done.');
      return false;
    }
    props.setNote('');
    props.setMode(undefined);
    return true;
  };

  const subject = mode && criteria.find(({ key }) => key === mode.key);
  useEffect(() => setRefusal(undefined), [gate.id, mode?.key, mode?.kind]);
  const shared = { ...props, bar, send, busy, refusal, setRefusal };
  return (
    <form
      class="decide"
      aria-label={subject ? titles[mode.kind] : 'Decision'}
      aria-busy={busy}
      ref={bar}
      onSubmit={(event) => event.preventDefault()}
    >
      {subject ? <OfCriterion {...shared} mode={mode} criterion={subject} /> : <OfGate {...shared} />}
    </form>
  );
}

interface Shared extends DecisionBarProps {
  readonly bar: { readonly current: HTMLFormElement | null };
  readonly send: (deed: Deed) => Promise<boolean>;
  readonly busy: boolean;
  readonly refusal: string | undefined;
  readonly setRefusal: (refusal: string | undefined) => void;
}

// --- the gate as a whole ---

const verdicts: readonly { name: Verdict; decision: Decision; label: string; key: string; hint: string }[] = [
  { name: 'approve', decision: 'APPROVE', label: 'Approve', key: 'Alt+A', hint: 'approve' },
  {
    name: 'requestChanges',
    decision: 'REQUEST_CHANGES',
    label: 'Request Changes',
    key: 'Alt+C',
    hint: 'request changes',
  },
  { name: 'reject', decision: 'REJECT', label: 'Reject', key: 'Alt+R', hint: 'reject' },
];

function OfGate(props: Shared) {
  const { model, criteria, busy, send, setRefusal, keys } = props;
  const { acts } = model.gate;
  const [sync, setSync] = useState<'' | 'yes' | 'no'>('');
  const [atHand, setAtHand] = useState<Verdict>('approve');
  useEffect(() => setSync(''), [model.gate.id, model.gate.round]);
  const asksSync = acts.asksBusinessSync;

  const whyNot = (name: Verdict): string | false => {
    const act = acts[name];
    if (!act.allowed) return act.says;
    if (busy) return 'A decision is being written.';
    if (name === 'approve' && asksSync && sync === '') {
      return 'Say first whether business documents must be synced: the files do not.';
    }
    return false;
  };
  const take = (name: Verdict, decision: Decision): void => {
    setAtHand(name);
    const because = whyNot(name);
    if (because !== false) {
      setRefusal(because);
      return;
    }
    void send({ decision, ...(decision === 'APPROVE' && asksSync ? { businessSync: sync === 'yes' } : {}) });
  };
  const nothing = 'Nothing here can be waived: no criterion holds the gate up, or the gate is closed.';
  const waivable = criteria.filter((criterion) => criterion.waive.allowed);
  /** The criterion of the row that has the focus; from elsewhere, the last one or the first that can be waived. */
  const waive = (): void => {
    const focused = criteria.find(({ key }) => key === focusedRow());
    const chosen = focused ?? waivable.find(({ key }) => key === props.current) ?? waivable[0];
    if (chosen?.waive.allowed) props.setMode({ kind: 'waive', key: chosen.key });
    else setRefusal(chosen?.waive.says ?? nothing);
  };
  keys.current = {
    ...Object.fromEntries(verdicts.map(({ name, decision }) => [name, () => take(name, decision)])),
    waive,
  };

  const closed = verdicts.every(({ name }) => !acts[name].allowed && acts[name].says === acts.approve.says);
  return (
    <>
      <NoteField
        {...props}
        label={`Note, written into gate_reviews[] of metadata.json ${byText(model.by)}`}
      />
      <div class="btns">
        {asksSync && (
          <Dropdown
            label="Business documents"
            value={sync}
            onChange={(value) => setSync(value === 'yes' || value === 'no' ? value : '')}
            options={[
              { value: '', label: 'Business documents: …' },
              { value: 'yes', label: 'Must be synced' },
              { value: 'no', label: 'Need no sync' },
            ]}
          />
        )}
        {verdicts.map(({ name, decision, label, key }) => (
          <span key={name} onFocusIn={() => setAtHand(name)} onMouseEnter={() => setAtHand(name)}>
            <Button
              kind={name === 'approve' ? 'primary' : 'secondary'}
              keys={key}
              disabled={whyNot(name)}
              title={acts[name].says}
              onClick={() => take(name, decision)}
            >
              {label}
            </Button>
          </span>
        ))}
        <Button keys="Alt+W" disabled={waivable.length > 0 ? false : nothing} onClick={waive}>
          Waive…
        </Button>
      </div>
      <div class="whys">
        <Refusal text={props.refusal} />
        {closed ? (
          <Why label="No decision is possible now" act={acts.approve} plain />
        ) : (
          verdicts.map(({ name, label }) => (
            <Why key={name} label={label} act={acts[name]} because={whyNot(name)} aside={name !== atHand} />
          ))
        )}
      </div>
      <p class="why keys">
        {verdicts.map(({ key, hint }) => (
          <span class="nowrap" key={key}>
            <kbd>{key}</kbd> {hint}
          </span>
        ))}
        <span class="nowrap">
          <kbd>Alt+W</kbd> waive
        </span>
      </p>
    </>
  );
}

// --- one criterion ---

const titles: Readonly<Record<CriterionMode['kind'], string>> = {
  waive: 'Waive a criterion',
  enter: 'Enter by hand',
  withdraw: 'Withdraw a waiver',
};

function OfCriterion(props: Shared & { readonly mode: CriterionMode; readonly criterion: ShownCriterion }) {
  const { mode, criterion, criteria, busy, send, setRefusal, setMode, model } = props;
  const [value, setValue] = useState('');
  // The gate as a whole is not decided meanwhile.
  props.keys.current = {};
  // Before anything else is typed: it belongs into the field.
  useLayoutEffect(() => {
    setValue('');
    (props.bar.current?.querySelector<HTMLElement>('#value') ?? noteIn(props.bar.current))?.focus();
  }, [mode.kind, mode.key]);
  const act = { waive: criterion.waive, enter: criterion.enter, withdraw: criterion.withdraw }[mode.kind] ?? {
    allowed: false,
    says: 'A file answers this now: there is nothing to enter.',
  };
  const disabled = !act.allowed ? act.says : busy ? 'It is being written.' : false;
  const cancel = (): void => {
    setMode(undefined);
    focusRow(mode.key);
  };
  const take = async (deed: Deed): Promise<void> => {
    if (disabled !== false) {
      setRefusal(disabled);
      return;
    }
    if (await send({ ...deed, criterion: criterion.id })) focusRow(mode.key);
  };
  const enterValue = (): void => {
    const number = numberIn(value);
    if (number === undefined) setRefusal(`“${value.slice(0, 40)}” is not a number. Write it as 93 or 93.5.`);
    else void take({ decision: 'ENTER', value: number });
  };
  const waivable = criteria.filter(({ waive }) => waive.allowed);
  return (
    <div
      class="of"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        cancel();
      }}
    >
      <NoteField
        {...props}
        label={
          mode.kind === 'waive'
            ? `Why ${criterion.name.slice(0, 80)} is waived, written into gate_reviews[] of metadata.json ${byText(model.by)}`
            : `Note, written into gate_reviews[] of metadata.json ${byText(model.by)}`
        }
      />
      <div class="btns">
        {mode.kind === 'waive' && waivable.length > 1 ? (
          <Dropdown
            label="Criterion to waive"
            value={criterion.key}
            onChange={(key) => setMode({ kind: 'waive', key })}
            options={waivable.map(({ key, name }) => ({ value: key, label: name.slice(0, 80) }))}
          />
        ) : (
          <bdi class="clip subject" title={criterion.name}>
            {criterion.name}
          </bdi>
        )}
        {mode.kind === 'waive' && (
          <Button kind="primary" disabled={disabled} onClick={() => void take({ decision: 'WAIVE' })}>
            Waive
          </Button>
        )}
        {mode.kind === 'withdraw' && (
          <Button kind="primary" disabled={disabled} onClick={() => void take({ decision: 'UNWAIVE' })}>
            Withdraw Waiver
          </Button>
        )}
        {mode.kind === 'enter' && criterion.metric && (
          <>
            <TextField
              id="value"
              label={`Value of ${criterion.name}, minimum ${criterion.metric.minimum}`}
              value={value}
              placeholder={`at least ${criterion.metric.minimum}`}
              onInput={setValue}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                enterValue();
              }}
            />
            <Button kind="primary" disabled={disabled} onClick={enterValue}>
              Enter Value
            </Button>
          </>
        )}
        {mode.kind === 'enter' && !criterion.metric && (
          <>
            <Button
              kind="primary"
              disabled={disabled}
              onClick={() => void take({ decision: 'ENTER', passed: true })}
            >
              It Passes
            </Button>
            <Button disabled={disabled} onClick={() => void take({ decision: 'ENTER', passed: false })}>
              It Fails
            </Button>
          </>
        )}
        <Button onClick={cancel}>Cancel</Button>
      </div>
      <div class="whys">
        <Refusal text={props.refusal} />
        <Why label={titles[mode.kind]} act={act} />
      </div>
      <p class="why keys">
        <span class="nowrap">
          <kbd>Escape</kbd> cancel
        </span>
      </p>
    </div>
  );
}

// --- parts ---

function NoteField({ label, note, setNote }: Shared & { label: string }) {
  return (
    <div class="note">
      <label for={NOTE}>{label}</label>
      <TextArea
        id={NOTE}
        label={label}
        value={note}
        rows={2}
        placeholder="Why? A note is needed for Request changes, Reject and Waive."
        onInput={setNote}
      />
    </div>
  );
}

/** What an act writes, or why it is not possible. */
function Why({
  label,
  act,
  because,
  aside,
  plain,
}: {
  label: string;
  act: Act;
  because?: string | false;
  aside?: boolean;
  plain?: boolean;
}) {
  const not = !act.allowed ? act.says : because;
  return (
    <p class={`why ${aside ? 'hide-narrow' : ''}`}>
      {not !== false && not !== undefined ? (
        <>
          <Icon name="circle-slash" />
          <b>{plain ? label : `${label} is not possible`}:</b> <bdi>{not}</bdi>
        </>
      ) : (
        <>
          <b>{label}:</b> <Coded text={act.says} />
          {act.caution !== undefined && <bdi class="caution"> {act.caution}</bdi>}
        </>
      )}
    </p>
  );
}

/** Words of the files in the font of files: EVALUATE_EXECUTION, PASSED, gate_reviews[], plan.md. */
function Coded({ text }: { text: string }) {
  const parts = text.split(/(\b[A-Z]{2,}(?:_[A-Z]+)*\b|gate_reviews\[\]|\b[\w-]+\.(?:json|md)\b)/);
  return <bdi>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</bdi>;
}

function Refusal({ text }: { text: string | undefined }) {
  return (
    <div role="alert">
      {text !== undefined && (
        <p class="why refusal is-bad">
          <Icon name="error" />
          <bdi>{text}</bdi>
        </p>
      )}
    </div>
  );
}

function byText(by: string | undefined): string {
  return by === undefined ? 'without a name, since git knows no user.name here' : `as ${by}`;
}

/** "93", "93.5", "93,5" */
function numberIn(text: string): number | undefined {
  const written = text.trim().replace(',', '.');
  const number = Number(written);
  return /^-?\d+(?:\.\d+)?$/.test(written) && Math.abs(number) <= 1e12 ? number : undefined;
}

function noteIn(bar: HTMLElement | null): HTMLElement | null {
  return bar?.querySelector<HTMLElement>(`#${NOTE}`) ?? null;
}

function focusNote(bar: HTMLElement | null): void {
  noteIn(bar)?.focus();
}

function focusedRow(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
}

function focusRow(key: string): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  rows.find((row) => row.dataset['row'] === key)?.focus();
}
