import type * as vscode from 'vscode';
import { MarkHistory } from '../engine/undoMark';
import type { Ports } from '../engine/ports';
import { DiskFileEditor } from '../store/fileEditor';
import { headCommit } from '../store/git';
import { OpenDocumentFileEditor } from './openDocumentFileEditor';
import { TaskAgentRunner } from './taskAgentRunner';

/** The world as VS Code has it. */
export function vscodePorts(log: vscode.LogOutputChannel): { ports: Ports; history: MarkHistory } {
  return {
    ports: {
      editor: new OpenDocumentFileEditor(new DiskFileEditor(), log),
      clock: () => new Date(),
      agents: new TaskAgentRunner(),
      git: { headCommit },
    },
    history: new MarkHistory(),
  };
}
