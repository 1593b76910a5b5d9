import { NodeAgentRunner } from '../engine/nodeAgentRunner';
import type { Ports } from '../engine/ports';
import { DiskFileEditor, type FileEditor } from '../store/fileEditor';
import { headCommit } from '../store/git';
import type { Call } from './command';

/** The world as a process on the command line has it. */
export function portsFor(call: Pick<Call, 'json' | 'signal'>): Ports {
  return {
    editor: interruptible(new DiskFileEditor(), call.signal),
    clock: () => new Date(),
    // Our standard output carries one JSON document; what the agent prints must not tear it.
    agents: new NodeAgentRunner({ output: call.json ? 'stderr' : 'stdout' }),
    git: { headCommit },
  };
}

/** Ctrl+C ends the wait for a lock, whoever asked for the edit. */
function interruptible(editor: FileEditor, signal: AbortSignal): FileEditor {
  return {
    edit: (request) => editor.edit({ ...request, signal: request.signal ?? signal }),
    create: (request) => editor.create(request),
  };
}
