/**
 * What the extension host and a panel's page say to each other. Each message is a whole: the host sends full snapshots,
 * so that a page that was hidden, when VS Code drops messages, can never show half a change.
 */

export const PANEL_NAMES = ['track', 'graph', 'gate', 'board'] as const;
export type PanelName = (typeof PANEL_NAMES)[number];

/** What a panel looks at: all that is kept over a reload of the window besides the page's own layout. */
export interface PanelSubject {
  /** Absolute path of the root, and the track's key in it. */
  readonly root: string;
  readonly key: string;
  /** What in the track: the id of a gate, of a board session, of a task. */
  readonly item?: string;
}

/** What a page has to show at one moment. */
export type PanelState<Model> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly model: Model }
  /** There is nothing to show, for a reason that is not an error: the track is gone, it has no plan, … */
  | PanelMessage<'empty'>
  | PanelMessage<'failed'>;

export interface PanelMessage<Status extends string> {
  readonly status: Status;
  /** What is or happened; `detail` says why and what to do. */
  readonly title: string;
  readonly detail: string;
}

export type HostMessage<Model> =
  /** `subject` is what the panel looks at now: the page keeps it for the next reload. */
  | { readonly type: 'state'; readonly subject: PanelSubject; readonly state: PanelState<Model> }
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  /** Somebody asked to see this item: a task, a criterion, a director. */
  | { readonly type: 'show'; readonly item: string };

/** How a request went. `message` is for the person; without it there is nothing to say. */
export interface Reply {
  readonly ok: boolean;
  readonly message?: string;
}

export type PageMessage<Request> =
  /** The page's script runs: the host may send. Sent again after each time that the page was hidden and shown. */
  { readonly type: 'ready' } | { readonly type: 'request'; readonly id: number; readonly request: Request };

/** What every page may ask for. */
export type CommonRequest =
  | { readonly kind: 'openFile'; readonly place: PlaceLink }
  /** A link in a text of the project; the host checks where it leads. */
  | { readonly kind: 'openLink'; readonly href: string; /** the file it stands in */ readonly from: string }
  | { readonly kind: 'openCommit'; readonly commit: string }
  | { readonly kind: 'openPanel'; readonly panel: PanelName; readonly item?: string }
  | { readonly kind: 'refresh' };

/** A place in a file that a page can lead to. */
export interface PlaceLink {
  /** Absolute path. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
}

/** What VS Code keeps of a page over hiding it and over a reload of the window: where one is, never data. */
export interface KeptState<Layout> {
  readonly version: 1;
  readonly subject: PanelSubject;
  readonly layout?: Layout;
}

/** Does this look like a message of the host? Its model is the host's own; this keeps out what other scripts post. */
export function isHostMessage(data: unknown): data is HostMessage<unknown> {
  if (!isRecord(data)) return false;
  switch (data['type']) {
    case 'state':
      return isPanelState(data['state']) && isRecord(data['subject']);
    case 'reply':
      return (
        typeof data['id'] === 'number' && isRecord(data['reply']) && typeof data['reply']['ok'] === 'boolean'
      );
    case 'show':
      return typeof data['item'] === 'string';
    default:
      return false;
  }
}

function isPanelState(state: unknown): boolean {
  if (!isRecord(state)) return false;
  switch (state['status']) {
    case 'loading':
      return true;
    case 'ready':
      return isRecord(state['model']);
    case 'empty':
    case 'failed':
      return typeof state['title'] === 'string' && typeof state['detail'] === 'string';
    default:
      return false;
  }
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
