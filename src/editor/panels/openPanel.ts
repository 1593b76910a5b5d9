import type * as vscode from 'vscode';
import { l10n } from 'vscode';
import type * as z from 'zod';
import type { Track } from '../../model/track';
import type { HostMessage, PageMessage, PanelState, PanelSubject, Reply } from '../../shared/protocol';
import { commonRequest, pageMessage } from '../../shared/requests';
import type { CommandContext } from '../commands/commandContext';
import { commonHandler } from './commonRequests';
import type { PanelKind, PanelView } from './panelKind';
import { panelPage } from './panelPage';

/**
 * One open panel: it asks its kind what to show whenever the track has changed while it can be seen, and sends the whole
 * of it. While it is hidden nothing is computed; when it is shown again its page starts anew and asks.
 */
export class OpenPanel<Model, Request> implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #message: z.ZodType<PageMessage<unknown>>;
  #subject: PanelSubject;
  /** The page has said that it listens. */
  #listening = false;
  #stale = true;
  #shown: Track | undefined;
  #wanted: string | undefined;
  #working: AbortController | undefined;
  #disposed = false;

  constructor(
    readonly context: CommandContext,
    readonly kind: PanelKind<Model, Request>,
    readonly panel: vscode.WebviewPanel,
    subject: PanelSubject,
    dist: vscode.Uri,
  ) {
    this.#subject = subject;
    this.#message = pageMessage<unknown>(kind.request.or(commonRequest));
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#disposables.push(
      webview.onDidReceiveMessage((data: unknown) => void this.#receive(data)),
      panel.onDidChangeViewState(() => {
        this.context.source.setVisible(this.#viewId, panel.visible);
        // A hidden page is taken down by VS Code; it says `ready` when it is there again.
        if (!panel.visible) this.#listening = false;
      }),
      panel.onDidDispose(() => this.dispose()),
      context.source.onDidChange(() => this.#changed()),
    );
    context.source.setVisible(this.#viewId, panel.visible);
    panel.title = this.#title(this.#track);
    webview.html = panelPage(webview, { dist, panel: kind.name, title: panel.title, subject });
  }

  get subject(): PanelSubject {
    return this.#subject;
  }

  /** Brings it to the front and shows the item there. */
  reveal(item: string | undefined): void {
    this.panel.reveal();
    if (item === undefined) return;
    this.#wanted = item;
    this.#subject = { ...this.#subject, item };
    this.refresh();
  }

  refresh(): void {
    this.#stale = true;
    void this.#send();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#working?.abort();
    this.context.source.setVisible(this.#viewId, false);
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  readonly #viewId = `panel:${String(Math.random())}`;

  get #track(): Track | undefined {
    return this.context.source.track(this.#subject);
  }

  #title(track: Track | undefined): string {
    return track ? `${this.kind.word}: ${track.name}` : this.kind.word;
  }

  #changed(): void {
    // Tracks that did not change are the same objects in the next snapshot.
    if (this.#track === this.#shown) return;
    this.refresh();
  }

  async #send(): Promise<void> {
    if (!this.#listening || !this.panel.visible) return;
    this.#working?.abort();
    const working = (this.#working = new AbortController());
    const state = await this.#state(working.signal);
    if (working.signal.aborted || this.#disposed) return;
    this.#stale = false;
    this.panel.title = this.#title(this.#shown);
    await this.#post({ type: 'state', subject: this.#subject, state });
    if (this.#wanted !== undefined && state.status === 'ready') {
      await this.#post({ type: 'show', item: this.#wanted });
      this.#wanted = undefined;
    }
  }

  async #state(signal: AbortSignal): Promise<PanelState<Model>> {
    try {
      await this.context.source.start();
      const track = (this.#shown = this.#track);
      if (!track) {
        return {
          status: 'empty',
          title: l10n.t('This track is no longer there.'),
          detail: l10n.t(
            '"{0}" is not in {1} any more: it was renamed, moved or deleted. The panel fills again when it comes back.',
            this.#subject.key,
            this.#subject.root,
          ),
        };
      }
      return await this.kind.model(this.#view(track, signal));
    } catch (error) {
      if (!signal.aborted) this.context.log.error(error as Error);
      return {
        status: 'failed',
        title: l10n.t('This panel could not be filled.'),
        detail: l10n.t(
          '{0} Refresh to try again; the log has the details.',
          error instanceof Error ? error.message : String(error),
        ),
      };
    }
  }

  #view(track: Track, signal: AbortSignal): PanelView {
    return {
      context: this.context,
      subject: this.#subject,
      track,
      signal,
      turnTo: (item) => {
        this.#subject = {
          root: this.#subject.root,
          key: this.#subject.key,
          ...(item === undefined ? {} : { item }),
        };
        this.refresh();
      },
      refresh: () => this.refresh(),
    };
  }

  async #receive(data: unknown): Promise<void> {
    const parsed = this.#message.safeParse(data);
    if (!parsed.success) {
      this.context.log.warn(
        `${this.kind.name} panel: a message that is not understood was ignored.`,
        parsed.error.message,
      );
      const id = idOf(data);
      if (id !== undefined) {
        await this.#post({
          type: 'reply',
          id,
          reply: {
            ok: false,
            message: l10n.t('This was not understood. Reload the window if the extension was updated.'),
          },
        });
      }
      return;
    }
    const message = parsed.data;
    if (message.type === 'ready') {
      this.#listening = true;
      await this.#send();
      return;
    }
    const reply = await this.#answer(message.request);
    await this.#post({ type: 'reply', id: message.id, reply });
    if (this.#stale) void this.#send();
  }

  async #answer(request: unknown): Promise<Reply> {
    try {
      const track = this.#track;
      if (!track) return { ok: false, message: l10n.t('This track is no longer there.') };
      const view = this.#view(track, new AbortController().signal);
      const common = commonRequest.safeParse(request);
      if (common.success) return await commonHandler(view, common.data);
      return await this.kind.handle(view, request as Request);
    } catch (error) {
      this.context.log.error(error as Error);
      return {
        ok: false,
        message: l10n.t(
          '{0} Nothing else was done; the log has the details.',
          error instanceof Error ? error.message : String(error),
        ),
      };
    }
  }

  async #post(message: HostMessage<Model>): Promise<void> {
    if (this.#disposed) return;
    await this.panel.webview.postMessage(message);
  }
}

function idOf(data: unknown): number | undefined {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'number' ? id : undefined;
}
