import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { AgentStartError, type AgentExit, type ChatInvocation, type StartedAgent } from '../engine/ports';
import { StepWatch } from '../engine/stepWatch';
import type { ConductorSource } from './conductorSource';
import type { Dialogs } from './dialogs';
import { refOf, type TrackRef } from './views/trackNodes';
import { refuseUntrusted } from './workspaceTrust';

/** VS Code's own command: `{query, mode}` opens the chat view and sends the query. It resolves when that was done. */
export const openChat = 'workbench.action.chat.open';

/** What the chat is taken from; tests bring their own. */
export interface ChatHost {
  /** False: nothing would open. VS Code's command is there even then; it does nothing, and says nothing. */
  isHere(): Promise<boolean>;
  execute(command: string, argument: unknown): Thenable<unknown>;
  isTrusted(): boolean;
}

const vscodeChat: ChatHost = {
  async isHere() {
    if (!(await vscode.commands.getCommands(true)).includes(openChat)) return false;
    const settings = vscode.workspace.getConfiguration('chat');
    const canTurnOff = settings.inspect('disableAIFeatures')?.defaultValue !== undefined;
    if (canTurnOff) return settings.get('disableAIFeatures') !== true;
    // An older VS Code, whose chat view is there only with an extension that brings models.
    return (await vscode.lm.selectChatModels()).length > 0;
  },
  execute: (command, argument) => vscode.commands.executeCommand(command, argument),
  isTrusted: () => vscode.workspace.isTrusted,
};

/** A step that was given to a chat, until it is over or nobody follows it any more. */
interface Follower {
  end(exit: AgentExit): void;
}

/**
 * Gives a step to the chat of VS Code. A chat has no process: that it has ended is said by the files of the track, or by
 * the person. The status bar shows what is given to a chat for as long as it is followed.
 */
export class ChatAgentRunner implements vscode.Disposable {
  readonly #followers = new Map<string, Follower>();

  constructor(
    private readonly window: {
      readonly source: Pick<ConductorSource, 'track' | 'onDidChange'>;
      readonly dialogs: Dialogs;
    },
    private readonly host: ChatHost = vscodeChat,
  ) {}

  /** @throws AgentStartError when there is no chat, or it did not take the prompt. The signal cancels only the waiting for it. */
  async start(command: ChatInvocation, signal?: AbortSignal): Promise<StartedAgent> {
    refuseUntrusted(command, this.host.isTrusted());
    const { chat, prompt, name } = command;
    if (!(await this.host.isHere())) {
      throw new AgentStartError(
        'not-found',
        l10n.t(
          '{0} was not started: {1} is not here. Install GitHub {1} and sign in (the setting chat.disableAIFeatures must be off), or choose another agent.',
          name,
          chat,
        ),
      );
    }
    await this.#send(command, { query: prompt, mode: 'agent' }, signal);
    return { finished: this.#follow(command) };
  }

  /** The window closes: nobody follows a chat any more. */
  dispose(): void {
    for (const follower of [...this.#followers.values()])
      follower.end({ exitCode: undefined, saidBy: 'nobody' });
  }

  async #send(
    { name, chat }: ChatInvocation,
    argument: unknown,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const cancelled = (): AgentStartError =>
      new AgentStartError(
        'cancelled',
        l10n.t(
          '{0} was cancelled before {1} had taken the prompt. Should it take it after all, end it there.',
          name,
          chat,
        ),
      );
    if (signal?.aborted) {
      throw new AgentStartError('cancelled', l10n.t('Starting {0} was cancelled.', name));
    }
    let cancel = (): void => undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      cancel = () => reject(cancelled());
      signal?.addEventListener('abort', cancel, { once: true });
    });
    try {
      await Promise.race([aborted, this.host.execute(openChat, argument)]);
    } catch (error) {
      if (error instanceof AgentStartError) throw error;
      throw new AgentStartError(
        'failed',
        l10n.t(
          '{0} was not started: {1} did not take the prompt ({2}). See that GitHub {1} is installed and that you are signed in, or choose another agent.',
          name,
          chat,
          error instanceof Error ? error.message : String(error),
        ),
      );
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #follow({ chat, track, step, name }: ChatInvocation): Promise<AgentExit> {
    const ref = refOf(track);
    const key = JSON.stringify([ref.root, ref.key]);
    // A later start on the same track is followed in the place of this one: one end is judged once.
    this.#followers.get(key)?.end({ exitCode: undefined, saidBy: 'nobody' });
    return new Promise((resolve) => {
      const disposables: vscode.Disposable[] = [chatItem(chat, ref, name)];
      const follower: Follower = {
        end: (exit) => {
          for (const disposable of disposables.splice(0)) disposable.dispose();
          if (this.#followers.get(key) === follower) this.#followers.delete(key);
          resolve(exit);
        },
      };
      this.#followers.set(key, follower);
      if (track.loop) {
        const watch = new StepWatch(step, track.loop);
        disposables.push(
          this.window.source.onDidChange(() => {
            if (watch.isOver(this.window.source.track(ref)?.loop)) {
              follower.end({ exitCode: undefined, saidBy: 'files' });
            }
          }),
        );
      }
      this.window.dialogs.tell(
        'info',
        l10n.t(
          '{0} was given to {1}. The files of the track will say when {2} is over; if it ends without writing that, say so here.',
          name,
          chat,
          step,
        ),
        { [l10n.t('It Has Ended')]: () => follower.end({ exitCode: undefined, saidBy: 'person' }) },
      );
    });
  }
}

/** Who has closed the notification can say what became of the step from here. */
function chatItem(chat: string, ref: TrackRef, name: string): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left, 40);
  item.name = l10n.t('Conductor: {0}', chat);
  item.text = `$(comment-discussion) ${name}`;
  item.tooltip = l10n.t('{0} was given to {1}. Click to record what became of it.', name, chat);
  item.command = { command: 'conductor.recordOutcome', title: l10n.t('Record Outcome'), arguments: [ref] };
  item.show();
  return item;
}
