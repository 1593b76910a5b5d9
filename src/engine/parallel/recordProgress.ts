import type { JsonChange } from '../../files/jsonEdit';
import type { EditRefusal } from '../../model/edit';
import { tasksOf } from '../../rules/progress';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import { editMetadata, touched } from '../metadataEdit';
import type { Execution } from './execution';

/**
 * What the EXECUTE checkpoint says while workers are at it (spec 003, "Checkpoint Update Protocol"; FORMATS §4.3):
 * `tasks_completed`, `tasks_total`, `last_task`, `last_commit`, and `parallel_state` beside it. One write for all that has
 * changed. A metadata.json without a loop_state is left as it is.
 * @param last the task that was completed last; absent: only the counts
 */
export async function recordProgress(
  execution: Execution,
  last?: { readonly taskId: string; readonly commit?: string },
): Promise<EditRefusal | undefined> {
  const { context, track } = execution;
  const at = context.ports.clock().toISOString();
  const counts = countsOf(execution);
  const groups = groupsOf(execution);
  const outcome = await editMetadata(context.ports, track, (metadata) => {
    const loop = recordOf(metadata.raw['loop_state']);
    if (!loop) return [];
    const changes = [
      ...checkpointChanges(loop, {
        tasks_completed: counts.completed,
        tasks_total: counts.total,
        ...(last === undefined ? {} : { last_task: `Task ${plainTaskId(last.taskId)}` }),
        ...(last?.commit === undefined ? {} : { last_commit: last.commit }),
      }),
      ...stateChanges(loop, {
        total_workers_spawned: counts.spawned,
        completed_workers: counts.complete,
        failed_workers: counts.failed,
        parallel_groups_completed: groups,
      }),
    ];
    if (changes.length === 0) return [];
    return [...changes, { path: [...place, 'last_updated'], value: at }, ...touched(metadata, at)];
  });
  return 'refused' in outcome ? outcome.refused : undefined;
}

type Loose = Readonly<Record<string, unknown>>;

const place = ['loop_state', 'checkpoints', 'EXECUTE'];

/** Only what says something else by now. */
function checkpointChanges(loop: Loose, fields: Loose): JsonChange[] {
  const written = recordOf(recordOf(loop['checkpoints'])?.['EXECUTE']);
  if (!written) return [{ path: place, value: { status: 'IN_PROGRESS', ...fields } }];
  return Object.entries(fields)
    .filter(([key, value]) => written[key] !== value)
    .map(([key, value]) => ({ path: [...place, key], value }));
}

function stateChanges(loop: Loose, fields: Loose): JsonChange[] {
  const path = ['loop_state', 'parallel_state'];
  const written = recordOf(loop['parallel_state']);
  if (!written) return [{ path, value: fields }];
  return Object.entries(fields)
    .filter(([key, value]) => JSON.stringify(written[key]) !== JSON.stringify(value))
    .map(([key, value]) => ({ path: [...path, key], value }));
}

function countsOf({ context, track, graph }: Execution): {
  readonly completed: number;
  readonly total: number;
  readonly spawned: number;
  readonly complete: number;
  readonly failed: number;
} {
  const { workers, completed } = context.log.state().run;
  const recorded = new Set(completed.map(plainTaskId));
  const done = new Set(
    graph.nodes.flatMap(({ id, taskId }) =>
      taskId !== undefined && recorded.has(plainTaskId(id)) ? [taskId] : [],
    ),
  );
  const tasks = tasksOf(track.plan);
  return {
    completed: tasks.filter(({ id, marker }) => marker === 'done' || (done.has(id) && marker !== 'skipped'))
      .length,
    total: tasks.length,
    spawned: workers.length,
    complete: workers.filter(({ state }) => state === 'complete').length,
    failed: workers.filter(({ state }) => ['failed', 'blocked', 'unclear'].includes(state)).length,
  };
}

/** Groups of the dag in which everything is complete. */
function groupsOf({ context, graph }: Execution): readonly string[] {
  const { completed, finishedGroups } = context.log.state().run;
  const recorded = new Set(completed.map(plainTaskId));
  const finished = new Set(finishedGroups);
  const states = new Map(graph.nodes.map(({ id, state }) => [id, state]));
  return graph.lanes.flatMap(({ kind, id, tasks }) => {
    const whole = tasks.every(
      (task) => recorded.has(plainTaskId(task)) || ['done', 'skipped'].includes(states.get(task) ?? ''),
    );
    return kind === 'group' && whole && finished.has(id) ? [id] : [];
  });
}

function recordOf(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}
