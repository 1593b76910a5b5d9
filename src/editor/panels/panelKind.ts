import type { Disposable } from 'vscode';
import type * as z from 'zod';
import type { Track } from '../../model/track';
import type { PanelName, PanelState, PanelSubject, Reply } from '../../shared/protocol';
import type { CommandContext } from '../commands/commandContext';

/** What tells one kind of panel from another: what it shows of a track, and what it does when its page asks. */
export interface PanelKind<Model, Request> {
  readonly name: PanelName;
  /** On the tab: "Track", "Graph", …; the track's name follows. */
  readonly word: string;
  /** What its page may ask beyond CommonRequest. */
  readonly request: z.ZodType<Request>;
  /**
   * Made anew whenever the track has changed in the store's snapshot; what it takes from elsewhere (git, results of
   * tests) makes it stale only through `refresh`. One at a time.
   */
  model(view: PanelView): Promise<PanelState<Model>>;
  /** What else than its track makes it stale: calls `changed` until disposed, with the panel. */
  follow?(context: CommandContext, subject: PanelSubject, changed: () => void): Disposable;
  /** Does what the page asks. Throwing is told to the person and logged. */
  handle(view: PanelView, request: Request): Promise<Reply>;
}

/** One open panel, as its kind sees it. */
export interface PanelView {
  readonly context: CommandContext;
  readonly subject: PanelSubject;
  /** The track as it is now. */
  readonly track: Track;
  /** While a model is made: aborted when the panel is hidden or closed, or another item is wanted. Never for a request. */
  readonly signal: AbortSignal;
  /** Looks at another item of the same track; kept over a reload. Sends the new state. */
  turnTo(item: string | undefined): void;
  /** Sends the state anew, after something that no file of the root tells. */
  refresh(): void;
  /** Opens another panel of the same track, or brings it to the front. */
  openPanel(panel: PanelName, item?: string): Promise<void>;
}
