/** Ids and files of workers (spec 003, "Worker Agents"; FORMATS §4.9, §4.16). */

export type WorkerTemplate = 'code' | 'ui' | 'integration' | 'test' | 'task';

/** `code`, `ui`, `integration` and `test` have a template of their own; docs, config and all others take `task`. */
export function workerTemplateFor(type: string | undefined): WorkerTemplate {
  const word = type?.trim().toLowerCase();
  return word === 'code' || word === 'ui' || word === 'integration' || word === 'test' ? word : 'task';
}

/** `code-worker.template.md` */
export function workerTemplateFile(template: WorkerTemplate): string {
  return `${template}-worker.template.md`;
}

/**
 * `worker-<task>-<YYYYMMDDHHMMSS>` in UTC. When that is taken (a second attempt in the same second), epoch milliseconds
 * stand in its place and are counted up: both forms are the origin's own.
 */
export function workerIdFor(taskId: string, at: Date, taken: ReadonlySet<string> = new Set()): string {
  const base = `worker-${fileNamePart(taskId)}`;
  const seconds = `${base}-${at.toISOString().replace(/\D/g, '').slice(0, 14)}`;
  if (!taken.has(seconds)) return seconds;
  let ms = at.getTime();
  while (taken.has(`${base}-${ms}`)) ms += 1;
  return `${base}-${ms}`;
}

/** A task or track id as a part of a file name on every system: nothing that separates, climbs or hides. */
export function fileNamePart(id: string): string {
  const plain = id
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80);
  return plain === '' ? 'task' : plain;
}

export interface WorkerTask {
  readonly taskId: string;
  readonly taskName: string;
  readonly trackId: string;
  readonly phase?: string;
  readonly files: readonly string[];
  readonly dependsOn: readonly string[];
  readonly unblocks: readonly string[];
  readonly acceptance?: string;
  readonly instructions?: string;
  readonly messageBusPath: string;
  readonly workerId: string;
  /** ISO */
  readonly timestamp: string;
}

/** Values of the placeholders of a worker template; lists are bullets or the word None. `commit_sha` is the worker's to fill in. */
export function workerTemplateValues(task: WorkerTask, baseWorkerProtocol: string): Record<string, string> {
  return {
    task_id: task.taskId,
    task_name: task.taskName,
    track_id: task.trackId,
    phase: task.phase ?? 'None',
    files: bullets(task.files),
    depends_on: bullets(task.dependsOn),
    unblocks: bullets(task.unblocks),
    acceptance: task.acceptance ?? 'None',
    task_instructions: task.instructions ?? 'None',
    message_bus_path: task.messageBusPath,
    timestamp: task.timestamp,
    worker_id: task.workerId,
    base_worker_protocol: baseWorkerProtocol,
    commit_sha: '<commit sha>',
  };
}

/** The file of an ephemeral worker: front matter (each value one JSON string, which is YAML), then the rendered template. */
export function workerFileText(task: WorkerTask, template: WorkerTemplate, body: string): string {
  const field = (name: string, value: string): string => `${name}: ${JSON.stringify(value)}`;
  return [
    '---',
    field('name', task.workerId),
    field('description', `Task ${task.taskId} of ${task.trackId}: ${task.taskName}`),
    field('lifecycle', 'ephemeral'),
    field('specialization', template),
    '---',
    '',
    body.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n+/, ''),
  ].join('\n');
}

function bullets(items: readonly string[]): string {
  return items.length === 0
    ? 'None'
    : items.map((item) => `- ${item.replace(/\s*[\r\n]+\s*/g, ' ')}`).join('\n');
}
