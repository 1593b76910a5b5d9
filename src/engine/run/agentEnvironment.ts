import { join } from 'node:path';
import type { AgentJob } from './agentJob';
import type { RunPlace } from './runContext';

/**
 * What every agent finds in its environment. Paths are absolute; a variable that does not apply is empty.
 * CONDUCTOR_OUTPUT is how its process is found after a crash: of all it is the one that no other track has, too.
 */
export function agentEnvironment(
  job: AgentJob,
  place: RunPlace,
  files: { readonly answer: string; readonly output: string },
): Readonly<Record<string, string>> {
  return {
    CONDUCTOR_ROLE: job.role,
    CONDUCTOR_WORKER_ID: job.id,
    CONDUCTOR_TRACK: place.trackId,
    CONDUCTOR_TRACK_DIR: place.trackFolder,
    CONDUCTOR_ROOT: place.projectRoot,
    CONDUCTOR_STEP: job.step,
    CONDUCTOR_TASK: job.task ?? '',
    CONDUCTOR_ATTEMPT: String(job.attempt),
    CONDUCTOR_ANSWER: files.answer,
    CONDUCTOR_OUTPUT: files.output,
    CONDUCTOR_MESSAGE_BUS: place.bus,
    CONDUCTOR_QUESTIONS: join(place.trackFolder, 'questions.json'),
    ...job.environment,
  };
}
