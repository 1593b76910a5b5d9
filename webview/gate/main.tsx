import './panel.css';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GateLayout, GateModel, GateRequest, ShownGroup } from '../../src/shared/gateModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { mountPage, type ViewProps } from '../ui/page';
import { Results, Reviews, Rounds } from './aside';
import { Group } from './criteria';
import { DecisionBar } from './decisionBar';
import { Header } from './header';
import type { CriterionMode, RowContext } from './rows';
import { Text } from './text';
import { secondsText } from './time';
import { Verdict } from './verdict';

/** Groups that are read closely have the wide column. */
const wide: ReadonlySet<ShownGroup['group']> = new Set(['metrics', 'checks', 'protocol', 'dag']);
/** Notes of so many gates are kept unsent, each up to so long. */
const mostDrafts = 20;
const longestDraft = 10_000;

function GateView(props: ViewProps<GateModel, GateRequest, GateLayout>) {
  const { model, ask } = props;
  const { gate } = model;
  const kept = useRef<GateLayout>({ drafts: {}, scroll: 0, ...props.layout });
  const keep = (change: Partial<GateLayout>): void => {
    kept.current = { ...kept.current, ...change };
    props.keepLayout(kept.current);
  };
  const [drafts, setDrafts] = useState(kept.current.drafts);
  const [current, setCurrent] = useState(kept.current.current);
  const [mode, setModeOf] = useState<CriterionMode & { readonly gate: string }>();
  const verdicts = useRef({});

  const setNote = (note: string): void =>
    setDrafts((before) => {
      const { [gate.id]: _replaced, ...others } = before;
      const rest = Object.entries(others).slice(-(mostDrafts - 1));
      const next =
        note === ''
          ? Object.fromEntries(rest)
          : Object.fromEntries([...rest, [gate.id, note.slice(0, longestDraft)]]);
      keep({ drafts: next });
      return next;
    });
  const makeCurrent = (key: string): void => {
    setCurrent(key);
    keep({ current: key });
  };
  const setMode = (next: CriterionMode | undefined): void => setModeOf(next && { ...next, gate: gate.id });

  const criteria = useMemo(() => gate.groups.flatMap((group) => group.criteria), [gate.groups]);
  const own = mode?.gate === gate.id && criteria.some(({ key }) => key === mode.key) ? mode : undefined;

  // Somebody asked for this gate: it begins at its top.
  useEffect(() => {
    if (props.wanted) window.scrollTo(0, 0);
  }, [props.wanted?.times]);
  useScroll(kept.current.scroll, (scroll) => keep({ scroll }));
  useKeys({
    KeyA: () => take(verdicts, 'approve'),
    KeyC: () => take(verdicts, 'requestChanges'),
    KeyR: () => take(verdicts, 'reject'),
    KeyW: () => take(verdicts, 'waive'),
  });

  const context: RowContext = { ask, current, mode: own, setCurrent: makeCurrent, setMode };
  const groupsOf = (isWide: boolean) =>
    gate.groups
      .filter(({ group }) => wide.has(group) === isWide)
      .map((group) => <Group key={group.group} gate={gate} group={group} context={context} />);
  return (
    <main class="panel">
      <Header model={model} ask={ask} note={drafts[gate.id] ?? ''} />
      <div class="gate">
        <div class="stack">
          {model.notices.map((notice) => (
            <p class="notice" key={notice}>
              <Icon name="warning" />
              <bdi>{notice}</bdi>
            </p>
          ))}
          {gate.contradictions.length > 0 && <Contradictions texts={gate.contradictions} />}
          <Verdict gate={gate} />
          {groupsOf(true)}
        </div>
        <div class="stack">
          {groupsOf(false)}
          {(gate.roundText !== '' || gate.rounds.length > 1) && <Rounds rounds={gate.rounds} ask={ask} />}
          <Reviews reviews={gate.reviews} />
          <Results model={model} ask={ask} />
        </div>
      </div>
      <p class="foot">
        <span>
          Read {secondsText(model.readAt)} from{' '}
          {model.sources.length === 0
            ? 'tracks.md'
            : model.sources.map((place, i) => (
                <>
                  {i > 0 && ', '}
                  <FileLink key={place.file} place={place} ask={ask} />
                </>
              ))}
          {model.results.length > 0 &&
            ` and ${String(model.results.length)} ${model.results.length === 1 ? 'file' : 'files'} of test results`}
        </span>
      </p>
      <DecisionBar
        model={model}
        criteria={criteria}
        note={drafts[gate.id] ?? ''}
        setNote={setNote}
        mode={own}
        setMode={setMode}
        current={current}
        ask={props.askFromForm}
        keys={verdicts}
      />
    </main>
  );
}

function Contradictions({ texts }: { texts: readonly string[] }) {
  return (
    <section class="notice" aria-label="Contradictions">
      <Icon name="warning" />
      <div>
        <b>The sources contradict each other.</b>
        <ul>
          {texts.map((text, i) => (
            <li key={i}>
              <Text text={text} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function take(verdicts: { current: Record<string, (() => void) | undefined> }, name: string): void {
  verdicts.current[name]?.();
}

/** Alt and a letter, by its place on the keyboard: on a Mac Alt makes other characters of the letters. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const letter = /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
      const act = Object.hasOwn(latest.current, letter) ? latest.current[letter] : undefined;
      if (!act) return;
      event.preventDefault();
      // VS Code listens at the window for its own key bindings.
      event.stopPropagation();
      // A key that is held down is one decision.
      if (!event.repeat) act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function useScroll(start: number, moved: (scroll: number) => void): void {
  const latest = useRef(moved);
  latest.current = moved;
  useEffect(() => {
    window.scrollTo(0, start);
    let asked = false;
    const onScroll = (): void => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        latest.current(Math.round(window.scrollY));
      });
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, []);
}

mountPage(GateView);
