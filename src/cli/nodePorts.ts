import { NodeAgentRunner } from '../engine/nodeAgentRunner';
import type { Ports } from '../engine/ports';
import { DiskFileEditor } from '../store/fileEditor';
import { headCommit } from '../store/git';
import type { Call } from './command';

/** The world as a process on the command line has it. */
export function portsFor(call: Pick<Call, 'json'>): Ports {
  return {
    editor: new DiskFileEditor(),
    clock: () => new Date(),
    // Our standard output carries one JSON document; what the agent prints must not tear it.
    agents: new NodeAgentRunner({ output: call.json ? 'stderr' : 'stdout' }),
    git: { headCommit },
  };
}
