import type * as vscode from 'vscode';
import { MarkHistory } from '../engine/undoMark';
import type { Ports } from '../engine/ports';
import { DiskFileEditor } from '../store/fileEditor';
import { headCommit } from '../store/git';
import { ChatAgentRunner } from './chatAgentRunner';
import type { WindowContext } from './commands/commandContext';
import { OpenDocumentFileEditor } from './openDocumentFileEditor';
import { TaskAgentRunner } from './taskAgentRunner';

/** The world as VS Code has it. */
export function vscodePorts(
  window: WindowContext,
  /** What is disposed of when the window closes. */
  disposables: vscode.Disposable[],
): { ports: Ports; history: MarkHistory } {
  const tasks = new TaskAgentRunner();
  const chats = new ChatAgentRunner(window);
  disposables.push(chats);
  return {
    ports: {
      editor: new OpenDocumentFileEditor(new DiskFileEditor(), window.log),
      clock: () => new Date(),
      agents: {
        start: (command, signal) =>
          'chat' in command ? chats.start(command, signal) : tasks.start(command, signal),
      },
      git: { headCommit },
    },
    history: new MarkHistory(),
  };
}
