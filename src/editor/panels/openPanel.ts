import type * as vscode from 'vscode';
import { l10n } from 'vscode';
import type * as z from 'zod';
import type { Track } from '../../model/track';
import type {
  HostMessage,
  PageMessage,
  PanelName,
  PanelState,
  PanelSubject,
  Reply,
} from '../../shared/protocol';
import { commonRequest, pageMessage } from '../../shared/requests';
import type { CommandContext } from '../commands/commandContext';
import { commonHandler, refreshFromDisk } from './commonRequests';
import type { PanelKind, PanelView } from './panelKind';
import { panelPage } from './panelPage';

/** How many requests of one page may be under way; what comes beyond them is refused. */
const MOST_REQUESTS = 32;

/** A tab with more than this pushes all others aside. */
const LONGEST_NAME = 60;

/**
 * One open panel: it asks its kind what to show whenever the track has changed while it can be seen, and sends the whole
 * of it. While it is hidden nothing is computed; when it is shown again its page starts anew and asks.
 */
export class OpenPanel<Model, Request> implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #message: z.ZodType<PageMessage<unknown>>;
  readonly #viewId = `panel:${String(Math.random())}`;
  #subject: PanelSubject;
  /** Counts the pages that have said that they listen: an answer belongs to the page that asked. */
  #page = 0;
  /** The page has said that it listens, and was not hidden since. */
  #listening = false;
  #stale = true;
  #sending = false;
  /** The track that was sent last; undefined also when it was not there. */
  #shown: Track | undefined;
  /** Whether its root was there. */
  #shownOpen = false;
  #wanted: string | undefined;
  #working: AbortController | undefined;
  #requests = 0;
  #disposed = false;

  /**
   * @param o.wanted the item to show once the page is there; none when a panel is restored
   * @param o.open opens another panel
   */
  constructor(
    readonly context: CommandContext,
    readonly kind: PanelKind<Model, Request>,
    readonly panel: vscode.WebviewPanel,
    subject: PanelSubject,
    readonly o: {
      readonly dist: vscode.Uri;
      readonly wanted?: string;
      readonly open: (panel: PanelName, subject: PanelSubject) => Promise<void>;
    },
  ) {
    this.#subject = subject;
    this.#wanted = o.wanted;
    this.#message = pageMessage<unknown>(kind.request.or(commonRequest));
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [o.dist] };
    this.#disposables.push(
      webview.onDidReceiveMessage((data: unknown) => void this.receive(data)),
      panel.onDidChangeViewState(() => this.#changedView()),
      panel.onDidDispose(() => this.dispose()),
      context.source.onDidChange(() => this.#changed()),
    );
    const followed = kind.follow?.(context, subject, () => this.refresh());
    if (followed) this.#disposables.push(followed);
    context.source.setVisible(this.#viewId, panel.visible);
    this.#setTitle(this.#track);
    webview.html = panelPage(webview, { dist: o.dist, panel: kind.name, title: panel.title, subject });
  }

  get subject(): PanelSubject {
    return this.#subject;
  }

  /** Brings it to the front and shows the item there. */
  reveal(item: string | undefined): void {
    this.panel.reveal();
    if (item === undefined) return;
    this.#wanted = item;
    this.#turnTo(item);
  }

  refresh(): void {
    this.#stale = true;
    void this.#send();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#listening = false;
    this.#working?.abort();
    this.context.source.setVisible(this.#viewId, false);
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  get #track(): Track | undefined {
    return this.context.source.track(this.#subject);
  }

  /** Whether the root that holds the track is among those of this window. */
  get #isOpen(): boolean {
    return this.context.source.root(this.#subject.root) !== undefined;
  }

  /** The tab keeps the name of a track that is gone, and a restored one its own until the first read has ended. */
  #setTitle(track: Track | undefined): void {
    if (track) this.panel.title = `${this.kind.word}: ${oneShortLine(track.name)}`;
    else if (this.panel.title === '') this.panel.title = this.kind.word;
  }

  #changedView(): void {
    const { visible } = this.panel;
    this.context.source.setVisible(this.#viewId, visible);
    // A hidden page is taken down by VS Code; it says `ready` when it is there again.
    if (!visible) {
      this.#listening = false;
      this.#working?.abort();
    } else if (this.#stale) void this.#send();
  }

  #changed(): void {
    // Tracks that did not change are the same objects in the next snapshot.
    if (this.#track === this.#shown && this.#isOpen === this.#shownOpen) return;
    this.refresh();
  }

  #turnTo(item: string | undefined): void {
    const { root, key } = this.#subject;
    this.#subject = { root, key, ...(item === undefined ? {} : { item }) };
    // What is being made shows another item. A change on disk waits for it instead: somebody who writes all the time
    // must not keep a panel from ever being filled.
    this.#working?.abort();
    this.refresh();
  }

  /** One at a time; what changes meanwhile is sent afterwards. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#stale && this.#listening) await this.#sendOnce();
    } catch (error) {
      this.context.log.error(error as Error);
    } finally {
      this.#sending = false;
    }
  }

  async #sendOnce(): Promise<void> {
    this.#stale = false;
    const page = this.#page;
    const working = (this.#working = new AbortController());
    const state = await this.#state(working.signal);
    if (working.signal.aborted || page !== this.#page) {
      this.#stale = true;
      return;
    }
    this.#setTitle(this.#shown);
    await this.#post({ type: 'state', subject: this.#subject, state });
    if (this.#wanted === undefined || state.status !== 'ready') return;
    const item = this.#wanted;
    this.#wanted = undefined;
    await this.#post({ type: 'show', item });
  }

  async #state(signal: AbortSignal): Promise<PanelState<Model>> {
    try {
      await this.context.source.start();
      const track = (this.#shown = this.#track);
      this.#shownOpen = this.#isOpen;
      return track ? await this.kind.model(this.#view(track, signal)) : this.#gone();
    } catch (error) {
      if (!signal.aborted) this.context.log.error(error as Error);
      return {
        status: 'failed',
        title: l10n.t('This panel could not be filled.'),
        detail: l10n.t('{0} Refresh to try again; the log has the details.', sentence(error)),
      };
    }
  }

  #gone(): PanelState<Model> {
    const { root, key } = this.#subject;
    const isOpen = this.#shownOpen;
    return {
      status: 'empty',
      title: isOpen
        ? l10n.t('This track is no longer there.')
        : l10n.t('The project of this track is not open.'),
      detail: isOpen
        ? l10n.t(
            '"{0}" is not in {1} any more: it was renamed, moved or deleted. The panel fills again when it comes back.',
            key,
            root,
          )
        : l10n.t(
            'This window has no conductor directory {0}. Open its folder, or close this panel; it fills when the directory is there.',
            root,
          ),
    };
  }

  #view(track: Track, signal: AbortSignal): PanelView {
    return {
      context: this.context,
      subject: this.#subject,
      track,
      signal,
      turnTo: (item) => this.#turnTo(item),
      refresh: () => this.refresh(),
      openPanel: (panel, item) =>
        this.o.open(panel, { root: track.root, key: track.key, ...(item === undefined ? {} : { item }) }),
    };
  }

  /** What the page sends. Public for tests, which cannot speak for a page. */
  async receive(data: unknown): Promise<void> {
    const parsed = this.#message.safeParse(data);
    if (!parsed.success) {
      this.context.log.warn(
        `${this.kind.name} panel: a message that is not understood was ignored.`,
        parsed.error.message.slice(0, 2000),
      );
      const id = idOf(data);
      if (id !== undefined) {
        await this.#reply(this.#page, id, {
          ok: false,
          message: l10n.t('This was not understood. Reload the window if the extension was updated.'),
        });
      }
      return;
    }
    const message = parsed.data;
    if (message.type === 'ready') {
      this.#page++;
      this.#listening = !this.#disposed;
      this.refresh();
      return;
    }
    const page = this.#page;
    await this.#reply(page, message.id, await this.#answer(message.request));
  }

  async #answer(request: unknown): Promise<Reply> {
    if (this.#requests >= MOST_REQUESTS) {
      return {
        ok: false,
        message: l10n.t('Too much was asked at once; this was not done. Try it again in a moment.'),
      };
    }
    this.#requests++;
    try {
      const common = commonRequest.safeParse(request);
      if (common.data?.kind === 'refresh') {
        return await refreshFromDisk(this.context, () => this.refresh());
      }
      const track = this.#track;
      if (!track) {
        return { ok: false, message: l10n.t('This track is no longer there; nothing was done.') };
      }
      // Not aborted when the panel is closed: what a person has asked for is done.
      const view = this.#view(track, new AbortController().signal);
      if (common.success) return await commonHandler(view, common.data);
      return await this.kind.handle(view, request as Request);
    } catch (error) {
      this.context.log.error(error as Error);
      return {
        ok: false,
        message: l10n.t('{0} Nothing else was done; the log has the details.', sentence(error)),
      };
    } finally {
      this.#requests--;
    }
  }

  /** To the page that asked. If it is gone, the person is told by the window what went wrong. */
  async #reply(page: number, id: number, reply: Reply): Promise<void> {
    if (this.#listening && page === this.#page) await this.#post({ type: 'reply', id, reply });
    else if (!reply.ok && reply.message !== undefined) this.context.dialogs.tell('error', reply.message);
  }

  async #post(message: HostMessage<Model>): Promise<void> {
    if (!this.#disposed) await this.panel.webview.postMessage(message);
  }
}

function idOf(data: unknown): number | undefined {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'number' ? id : undefined;
}

function oneShortLine(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : line;
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
