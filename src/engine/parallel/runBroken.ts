import type { EscalationRequest } from '../../model/escalationRequest';
import type { EscalationTrigger } from '../../rules/loopFacts';

/** What the run stands on is not there any more. The message says what, and what to do. */
export class RunBroken extends Error {
  override readonly name = 'RunBroken';
}

/** Nothing of EXECUTE can go on until a person has mended what `message` says. */
export function broken(message: string): EscalationRequest<EscalationTrigger> {
  return { id: 'run-broken:EXECUTE', trigger: 'run-broken', description: message, step: 'EXECUTE' };
}

/** No worker can be started: it would be the same for each of them. */
export function notStarted(message: string): EscalationRequest<EscalationTrigger> {
  return {
    id: 'agent-not-started:EXECUTE',
    trigger: 'agent-not-started',
    description: message,
    step: 'EXECUTE',
  };
}
