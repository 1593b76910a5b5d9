import { Component, render, type ComponentChildren, type ComponentType } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { CommonRequest, PanelState, Reply } from '../../src/shared/protocol';
import { Host } from './host';
import { Icon } from './icon';
import { Button } from './toolkit';

/** What a panel's own view is given. */
export interface ViewProps<Model, Request, Layout> {
  readonly model: Model;
  /** Asks the host. The page shows the reply's message; the view needs it only to go on afterwards. */
  readonly ask: (request: Request | CommonRequest) => Promise<Reply>;
  /**
   * The same for a form, which shows a refusal itself: the page then says only what has worked, and a refusal when the
   * form is no longer there.
   */
  readonly askFromForm: (request: Request | CommonRequest, isThere?: () => boolean) => Promise<Reply>;
  /** What was kept of an earlier showing; for the first render. */
  readonly layout: Layout | undefined;
  readonly keepLayout: (layout: Layout) => void;
  /** The item that somebody asked to see, with a number that grows with each asking. */
  readonly wanted?: { readonly item: string; readonly times: number };
}

/** Takes the place of the skeleton: the panel's view, or what there is instead of it. F5 reads the disk again. */
export function mountPage<Model, Request, Layout>(
  View: ComponentType<ViewProps<Model, Request, Layout>>,
): void {
  const place = document.getElementById('page');
  if (!place) throw new Error('The page has no place for its view.');
  render(<Page View={View} />, place);
}

function Page<Model, Request, Layout>({ View }: { View: ComponentType<ViewProps<Model, Request, Layout>> }) {
  const [state, setState] = useState<PanelState<Model>>({ status: 'loading' });
  const [said, setSaid] = useState<Reply>();
  const [wanted, setWanted] = useState<{ item: string; times: number }>();
  const hostRef = useRef<Host<Model, Request, Layout> | undefined>(undefined);

  useEffect(() => {
    hostRef.current = new Host({
      state: setState,
      show: (item) => setWanted((before) => ({ item, times: (before?.times ?? 0) + 1 })),
    });
  }, []);

  // The same functions at every render, so that effects of a view may name them.
  const askFromForm = useCallback(
    async (request: Request | CommonRequest, isThere = (): boolean => true): Promise<Reply> => {
      setSaid(undefined);
      const reply = (await hostRef.current?.ask(request)) ?? {
        ok: false,
        message: 'The page is not ready yet.',
      };
      const isShown = !reply.ok && isThere();
      if (!isShown && reply.message !== undefined && reply.message !== '') setSaid(reply);
      return reply;
    },
    [],
  );
  const ask = useCallback(
    (request: Request | CommonRequest): Promise<Reply> => askFromForm(request, () => false),
    [askFromForm],
  );
  const keepLayout = useCallback((layout: Layout | undefined): void => {
    if (hostRef.current) hostRef.current.layout = layout;
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const more = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      // A dialog keeps F5 from us: what was typed there would be gone.
      if (event.key === 'F5' && !more && !event.defaultPrevented) {
        event.preventDefault();
        void ask({ kind: 'refresh' });
      }
      // VS Code listens at the window and gives every key to its own key bindings too; ours are not for it.
      if (event.defaultPrevented) event.stopPropagation();
    };
    // It also follows links by itself, past the host's check: "#" to the top of the page, others out of the window.
    const onClick = (event: MouseEvent): void => {
      if (!(event.target instanceof Element) || !event.target.closest('a')) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('click', onClick);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('click', onClick);
    };
  }, [ask]);

  // The skeleton's words stay until there is a state: nothing may flash.
  if (state.status === 'loading') return <Loading />;
  return (
    <>
      {state.status === 'ready' ? (
        <Guard
          key="ready"
          again={() => void ask({ kind: 'refresh' })}
          // It may be the layout, of another version say, that cannot be drawn.
          broke={() => keepLayout(undefined)}
        >
          <View
            model={state.model}
            ask={ask}
            askFromForm={askFromForm}
            layout={hostRef.current?.layout}
            keepLayout={keepLayout}
            wanted={wanted}
          />
        </Guard>
      ) : (
        <Blank failed={state.status === 'failed'} title={state.title} detail={state.detail}>
          <Button onClick={() => void ask({ kind: 'refresh' })} icon="refresh">
            Refresh
          </Button>
        </Blank>
      )}
      <Said reply={said} close={() => setSaid(undefined)} />
    </>
  );
}

function Loading() {
  return (
    <main class="panel skeleton" aria-busy="true">
      <header class="head">
        <div class="name">
          <h1>{document.title}</h1>
        </div>
      </header>
      <div class="strip">
        <span />
        <p role="status">Reading…</p>
      </div>
      <div class="body" aria-hidden="true">
        {Array.from({ length: 8 }, (_, i) => (
          <div class="bone" key={i} />
        ))}
      </div>
    </main>
  );
}

/** In place of a view that has nothing to show. */
export function Blank({
  failed,
  title,
  detail,
  children,
}: {
  failed?: boolean;
  title: string;
  detail: string;
  children?: ComponentChildren;
}) {
  return (
    <main class={`panel blank ${failed ? 'is-bad' : ''}`}>
      <Icon name={failed ? 'error' : 'info'} />
      <h1>{title}</h1>
      <p>{detail}</p>
      <div class="btns">{children}</div>
    </main>
  );
}

/** Says aloud what a request came to. The region is always there, so that screen readers hear what is put into it. */
function Said({ reply, close }: { reply: Reply | undefined; close: () => void }) {
  useEffect(() => {
    if (!reply?.ok) return undefined;
    const timer = setTimeout(close, 8000);
    return () => clearTimeout(timer);
  }, [reply]);
  return (
    <div role={reply?.ok === false ? 'alert' : 'status'} aria-live="polite">
      {reply?.message !== undefined && (
        <div class={`said ${reply.ok ? 'is-done' : 'is-bad'}`}>
          <Icon name={reply.ok ? 'pass' : 'error'} />
          <span>{reply.message}</span>
          <Button kind="quiet" icon="close" label="Close message" onClick={close} small />
        </div>
      )}
    </div>
  );
}

/** An error in a view never leaves a blank panel. */
class Guard extends Component<
  { children: ComponentChildren; again: () => void; broke: () => void },
  { error?: Error }
> {
  static override getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidCatch(error: Error): void {
    console.error(error);
    this.props.broke();
  }

  // A new state of the host may well be one that can be drawn.
  override componentWillReceiveProps(): void {
    if (this.state.error) this.setState({ error: undefined });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Blank failed title="This panel could not be drawn." detail={error.message}>
        <Button icon="refresh" onClick={this.props.again}>
          Refresh
        </Button>
      </Blank>
    );
  }
}
