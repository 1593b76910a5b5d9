import './panel.css';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type {
  BoardLayout,
  BoardModel,
  BoardRequest,
  BoardSessionModel,
  ConditionModel,
} from '../../src/shared/boardModel';
import type { Reply } from '../../src/shared/protocol';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { mountPage, type ViewProps } from '../ui/page';
import { moveFocus } from '../ui/rovingFocus';
import { signs } from '../ui/state';
import { Button } from '../ui/toolkit';
import { Conditions } from './conditions';
import { ConditionDialog } from './conditionDialog';
import { Director, hiddenPoints } from './director';
import { Discussion } from './discussion';
import { Foot } from './foot';
import { Head } from './head';
import { MarkDialog } from './markDialog';
import { Phases } from './phases';
import { Resolution } from './resolution';
import { TieDialog } from './tieDialog';
import { VoteDialog } from './voteDialog';

function plural(count: number, one: string): string {
  return `${String(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** The form that is open, with what it was opened on: news must not take it away. */
type Form =
  | { readonly kind: 'vote'; readonly session: BoardSessionModel; readonly director?: string }
  | { readonly kind: 'condition' }
  | { readonly kind: 'tie'; readonly session: BoardSessionModel }
  | { readonly kind: 'mark'; readonly condition: ConditionModel };

function BoardView({
  model,
  ask,
  askFromForm,
  layout,
  keepLayout,
  wanted,
}: ViewProps<BoardModel, BoardRequest, BoardLayout>) {
  const { session } = model;
  const [form, setForm] = useState<Form>();
  const [director, setDirector] = useState(layout?.director);
  const [condition, setCondition] = useState(layout?.condition);
  const [allRemarks, setAllRemarks] = useState(layout?.allRemarks ?? false);
  const [allPoints, setAllPoints] = useState(layout?.allPoints ?? false);
  const main = useRef<HTMLElement>(null);
  const scroll = useRef(layout?.scroll ?? 0);

  const keep = useCallback((): void => {
    keepLayout({
      scroll: scroll.current,
      ...(director === undefined ? {} : { director }),
      ...(condition === undefined ? {} : { condition }),
      ...(allRemarks ? { allRemarks } : {}),
      ...(allPoints ? { allPoints } : {}),
    });
  }, [keepLayout, director, condition, allRemarks, allPoints]);
  useEffect(keep, [keep]);
  useLayoutEffect(() => {
    if (scroll.current > 0) window.scrollTo(0, scroll.current);
  }, []);
  useEffect(() => {
    const onScroll = (): void => {
      scroll.current = Math.round(window.scrollY);
      keep();
    };
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, [keep]);

  // Somebody asked for a director, by name; meetings are the host's to choose.
  useEffect(() => {
    if (!wanted) return;
    const found = [...(main.current?.querySelectorAll<HTMLElement>('.dir') ?? [])].find(
      (element) => element.dataset['director'] === wanted.item,
    );
    found?.focus();
  }, [wanted?.times]);

  const chosen = session?.directors.find(({ key }) => key === director) ?? session?.directors[0];
  const vote = useCallback(
    (key?: string): void => {
      if (!session || session.frozen !== undefined) return;
      setForm({ kind: 'vote', session, ...(key === undefined ? {} : { director: key }) });
    },
    [session],
  );
  useEffect(() => {
    // Before the page's own listener, which keeps used keys from VS Code.
    const onKey = (event: KeyboardEvent): void => {
      if (event.code !== 'KeyV' || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (document.querySelector('dialog[open]')) return;
      vote(document.activeElement?.closest<HTMLElement>('.dir')?.dataset['director']);
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, [vote]);

  const more = session ? hiddenPoints(session.directors) : 0;
  const mark = (one: ConditionModel): void => {
    if ((one.frozen ?? model.conditionsFrozen) === undefined) setForm({ kind: 'mark', condition: one });
  };
  const close = (): void => setForm(undefined);
  const open = useRef(form);
  open.current = form;
  /** A form may be closed while it is written; what is refused then is said by the page. */
  const send = (request: BoardRequest): Promise<Reply> =>
    askFromForm(request, () => open.current !== undefined && open.current === form);

  return (
    <main class="panel" ref={main}>
      <Head model={model} onVote={() => vote()} onPick={(item) => void ask({ kind: 'turnTo', item })} />
      {session && <Phases session={session} />}
      {model.notices.length > 0 && (
        <div class="notices">
          {model.notices.map((notice, i) => (
            <div class="notice is-warn" role="note" key={`${String(i)} ${notice.text}`}>
              <Icon name="warning" />
              <span dir="auto">{notice.text}</span>
              {notice.place && <FileLink place={notice.place} ask={ask} />}
            </div>
          ))}
        </div>
      )}
      {session && (
        <section
          class="dirs"
          aria-label="Directors"
          onKeyDown={(event) => {
            moveFocus(event, event.currentTarget, { selector: '.dir', direction: 'horizontal' });
          }}
        >
          {session.directors.map((one, i) => (
            <Director
              key={one.title === undefined ? `unknown ${String(i)}` : one.key}
              director={one}
              current={one.key === chosen?.key}
              all={allPoints}
              onFocus={() => setDirector(one.key)}
            />
          ))}
        </section>
      )}
      {more > 0 && (
        <div class="more">
          <Button
            kind="quiet"
            icon={allPoints ? 'chevron-up' : 'chevron-down'}
            expanded={allPoints}
            onClick={() => setAllPoints(!allPoints)}
          >
            {allPoints ? 'Show only the main points' : `Show ${plural(more, 'more point')} of the directors`}
          </Button>
        </div>
      )}
      <div class="below">
        {session && (
          <Discussion discussion={session.discussion} all={allRemarks} showAll={() => setAllRemarks(true)} />
        )}
        {session && (
          <Resolution
            resolution={session.resolution}
            frozen={session.frozen}
            ask={ask}
            onResolve={() => setForm({ kind: 'tie', session })}
          />
        )}
        <div class="stack">
          <Conditions
            conditions={model.conditions}
            current={condition}
            frozen={model.conditionsFrozen}
            ask={ask}
            onCurrent={setCondition}
            onAdd={() => setForm({ kind: 'condition' })}
            onMark={mark}
          />
          {session && session.dissent.length > 0 && (
            <section class="sec" aria-label="Dissent">
              <div class="h">
                <h2>Dissent</h2>
              </div>
              {session.dissent.map((one, i) => (
                <div class={`item is-${signs[one.standing].tone}`} key={`${String(i)} ${one.text}`}>
                  <Icon name={signs[one.standing].icon} />
                  <span>
                    <span dir="auto">{one.text}</span>{' '}
                    <span class="meta">{one.about ?? 'kept on record'}</span>
                  </span>
                </div>
              ))}
            </section>
          )}
        </div>
      </div>
      <Foot model={model} ask={ask} />
      {form?.kind === 'vote' && (
        <VoteDialog session={form.session} director={form.director} ask={send} onClose={close} />
      )}
      {form?.kind === 'tie' && <TieDialog session={form.session} ask={send} onClose={close} />}
      {form?.kind === 'condition' && <ConditionDialog model={model} ask={send} onClose={close} />}
      {form?.kind === 'mark' && <MarkDialog condition={form.condition} ask={send} onClose={close} />}
    </main>
  );
}

mountPage(BoardView);
