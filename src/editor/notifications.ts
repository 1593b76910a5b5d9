import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { NeedsYouItem } from '../model/needsYou';
import type { NeedsYouList } from './needsYouList';
import { notificationsOn } from './settings';
import { isAnswerable } from './views/needsYouRows';

/** Kinds that stop work until a person comes; the others can wait in the view. */
const stopping: ReadonlySet<NeedsYouItem['kind']> = new Set([
  'escalation',
  'blocker',
  'gate',
  'board',
  'deadlock',
]);

/**
 * Says once, in one notification, that something newly needs a person. What was there when the window opened is old
 * news: the view's badge tells it.
 */
export class Notifications implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  #waiting: NeedsYouItem[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;

  /** @param delay ms to gather what comes together, a branch switch for example. */
  constructor(needsYou: NeedsYouList, isSettled: () => boolean, delay = 1000) {
    this.#disposables.push(
      needsYou.onDidChange((added) => {
        if (!isSettled() || !notificationsOn()) return;
        this.#waiting.push(...added.filter((item) => stopping.has(item.kind)));
        if (this.#waiting.length === 0) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#show(needsYou), delay);
      }),
      { dispose: () => clearTimeout(this.#timer) },
    );
  }

  async #show(needsYou: NeedsYouList): Promise<void> {
    // What was resolved while we waited is no news; one notification at a time.
    const present = new Set(needsYou.items.map(({ id }) => id));
    const news = this.#waiting.filter(({ id }) => present.has(id));
    if (this.#isOpen || news.length === 0 || !notificationsOn()) return;
    this.#waiting = [];
    this.#isOpen = true;
    try {
      const [first] = news;
      const only = news.length === 1 ? first : undefined;
      const text = newsText(news);
      const show = l10n.t('Show');
      const off = l10n.t("Don't Show Again");
      const answer = l10n.t('Answer…');
      const buttons = only && isAnswerable(only) ? [answer, show, off] : [show, off];
      const choice = await vscode.window.showInformationMessage(text, ...buttons);
      if (choice === answer && only) {
        await vscode.commands.executeCommand('conductor.answer', {
          id: only.id,
          track: { root: only.root, key: only.trackKey },
        });
      }
      if (choice === show) await vscode.commands.executeCommand('conductor.needsYou.focus');
      if (choice === off) {
        await vscode.workspace
          .getConfiguration('conductor')
          .update('notifications', false, vscode.ConfigurationTarget.Global);
      }
    } finally {
      this.#isOpen = false;
    }
    // What came while it was open is told next.
    await this.#show(needsYou);
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }
}

/** More are not named in a notification; the view has them all. */
const mostNamed = 3;

/** What a notification says of things that newly need a person; one is told with its reason. */
export function newsText(news: readonly NeedsYouItem[]): string {
  const [first] = news;
  if (first && news.length === 1) {
    return `${first.trackName === undefined ? '' : `${first.trackName}: `}${first.what}. ${firstLine(first.why)}`;
  }
  const named = news.slice(0, mostNamed).map(({ what }) => what);
  const rest = news.length > mostNamed ? '; …' : '';
  return `${countOf(news)}: ${named.join('; ')}${rest}`;
}

/** "3 things need you on 2 tracks" */
function countOf(news: readonly NeedsYouItem[]): string {
  const tracks = new Set(news.map(({ root, trackKey }) => `${root}\u001f${trackKey ?? ''}`)).size;
  return tracks === 1
    ? l10n.t('{0} things need you on 1 track', news.length)
    : l10n.t('{0} things need you on {1} tracks', news.length, tracks);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
