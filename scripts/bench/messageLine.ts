/** The n-th line of a queue.jsonl on which twenty workers report: mostly PROGRESS, some that wait and go on. */
export function messageLine(n: number, worker = n % 20): string {
  const source = `worker-${worker}.1-20260101120000`;
  const task = { task_id: `${worker}.1` };
  const [type, payload] =
    n % 100 === 50
      ? ['BLOCKED', { ...task, waiting_for: 'file_lock', resource: 'src/shared.ts' }]
      : n % 10 === 3
        ? ['FILE_UNLOCK', { filepath: `src/file${n % 400}.ts`, worker_id: source }]
        : ['PROGRESS', { ...task, progress_pct: n % 100, current_subtask: 'Write the tests of it' }];
  return `${JSON.stringify({
    id: `msg-${n.toString(16).padStart(8, '0')}-4a5b-4c6d-8e7f-0123456789ab`,
    type,
    source,
    timestamp: new Date(1_767_268_800_000 + n * 20).toISOString(),
    payload,
  })}\n`;
}
