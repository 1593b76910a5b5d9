import type {
  CommonRequest,
  HostMessage,
  KeptState,
  PageMessage,
  PanelState,
  PanelSubject,
  Reply,
} from '../../src/shared/protocol';
import { isHostMessage } from '../../src/shared/protocol';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** How long a request may take before the page says that nobody answers, ms. Questions to a person wait longer. */
const PATIENCE = 30 * 60_000;

/** The way to the extension host. Made once a page; VS Code's own object never leaves it. */
export class Host<Model, Request, Layout> {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #next = 0;
  #kept = '';
  #subject: PanelSubject;
  #layout: Layout | undefined;

  constructor(on: { state: (state: PanelState<Model>) => void; show: (item: string) => void }) {
    const kept = this.#api.getState() as KeptState<Layout> | null | undefined;
    this.#subject = JSON.parse(document.body.dataset['subject'] ?? '{}') as PanelSubject;
    this.#layout = kept?.version === 1 ? kept.layout : undefined;
    this.#keep();
    window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!isHostMessage(data)) return;
      const message = data as HostMessage<Model>;
      if (message.type === 'state') {
        this.#subject = message.subject;
        this.#keep();
        on.state(message.state);
      } else if (message.type === 'show') on.show(message.item);
      else {
        this.#waiting.get(message.id)?.(message.reply);
        this.#waiting.delete(message.id);
      }
    });
    this.#post({ type: 'ready' });
  }

  /** Where one is in the page; kept while it is hidden and over a reload of the window. Never data. */
  get layout(): Layout | undefined {
    return this.#layout;
  }

  set layout(layout: Layout | undefined) {
    this.#layout = layout;
    this.#keep();
  }

  /** Never rejects: what went wrong is in the reply. */
  ask(request: Request | CommonRequest): Promise<Reply> {
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve({
          ok: false,
          message: 'The extension does not answer. Reload the window to start it again.',
        });
      }, PATIENCE);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      this.#post({ type: 'request', id, request });
    });
  }

  #post(message: PageMessage<Request | CommonRequest>): void {
    this.#api.postMessage(message);
  }

  /** At once: a page that is hidden is taken down without being asked. */
  #keep(): void {
    const state: KeptState<Layout> = {
      version: 1,
      subject: this.#subject,
      ...(this.#layout === undefined ? {} : { layout: this.#layout }),
    };
    const text = JSON.stringify(state);
    if (text === this.#kept) return;
    this.#kept = text;
    this.#api.setState(state);
  }
}
