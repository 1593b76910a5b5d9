import type { JsonChange } from '../files/jsonEdit';
import type { Checkpoint, LoopState, LoopStep } from '../model/loopState';
import type { Metadata } from '../model/metadata';

/**
 * What a transition changes in metadata.json (FORMATS §4.3): only the fields that differ, always under `loop_state`,
 * whatever version the file has; `version` itself is never touched. A file without loop_state gets a whole one.
 */
export function loopChanges(metadata: Metadata, before: LoopState, after: LoopState): JsonChange[] {
  const written = record(metadata.raw['loop_state']);
  if (!written) return [{ path: ['loop_state'], value: loopStateJson(after) }];
  const changes: JsonChange[] = [];
  const set = (key: string, from: unknown, to: unknown) => {
    if (from !== to) changes.push({ path: ['loop_state', key], value: to });
  };
  set('current_step', before.writtenStep, after.writtenStep);
  set('step_status', before.writtenStepStatus, after.writtenStepStatus);
  // The time of the step before would be a lie about this one.
  set('step_started_at', before.stepStartedAt, after.stepStartedAt);
  set('fix_cycle_count', before.fixCycleCount, after.fixCycleCount);
  set('max_fix_cycles', before.maxFixCycles, after.maxFixCycles);
  set('plan_revision_count', before.planRevisionCount, after.planRevisionCount);
  const places = record(written['checkpoints']);
  for (const [step, checkpoint] of entriesOf(after)) {
    const old = before.checkpoints[step];
    if (checkpoint === old) continue;
    const path = ['loop_state', 'checkpoints', step];
    const place = record(places?.[step]);
    if (place) {
      const fields = Object.entries(changedFields(place, old, checkpoint));
      changes.push(...fields.map(([key, value]) => ({ path: [...path, key], value })));
    } else {
      // Kept elsewhere (at the root, under another spelling) or nowhere: what is known moves to its place.
      const known = old && Object.keys(old.raw).length > 0 ? old.raw : old ? fieldsOf(old) : {};
      changes.push({ path, value: { ...known, ...changedFields(known, old, checkpoint) } });
    }
  }
  return changes;
}

/** A whole loop_state, for a file that has none. */
export function loopStateJson(loop: LoopState): Record<string, unknown> {
  return withoutUndefined({
    current_step: loop.step,
    step_status: loop.stepStatus,
    step_started_at: loop.stepStartedAt,
    fix_cycle_count: loop.fixCycleCount,
    max_fix_cycles: loop.maxFixCycles,
    plan_revision_count: loop.planRevisionCount > 0 ? loop.planRevisionCount : undefined,
    max_plan_revisions: loop.maxPlanRevisions,
    execution_mode: loop.executionMode,
    checkpoints: Object.fromEntries(
      entriesOf(loop).map(([step, checkpoint]) => [step, fieldsOf(checkpoint)]),
    ),
  });
}

function changedFields(
  place: Readonly<Record<string, unknown>>,
  before: Checkpoint | undefined,
  after: Checkpoint,
): Record<string, unknown> {
  const old: Readonly<Record<string, unknown>> = before ? fieldsOf(before) : {};
  const fields = fieldsOf(after);
  const changed: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(fields)])) {
    if (JSON.stringify(old[key]) === JSON.stringify(fields[key])) continue;
    if (fields[key] !== undefined) changed[key] = fields[key];
    // Reasons can also have been read from `failure_items`, which this key overrules.
    else if (key === 'failure_reasons') changed[key] = [];
    // Spec 003 writes null for what is not there yet.
    else if (key in place) changed[key] = null;
  }
  return changed;
}

/** The fields that the machine writes; everything else in a checkpoint is left alone. */
function fieldsOf(checkpoint: Checkpoint): Record<string, unknown> {
  return withoutUndefined({
    status: checkpoint.status,
    started_at: checkpoint.startedAt,
    completed_at: checkpoint.completedAt,
    agent: checkpoint.agent,
    verdict: checkpoint.verdict,
    tasks_completed: checkpoint.tasksCompleted,
    tasks_total: checkpoint.tasksTotal,
    last_task: checkpoint.lastTask,
    cycle: checkpoint.cycle,
    failure_reasons: checkpoint.failureReasons.length > 0 ? checkpoint.failureReasons : undefined,
    business_sync_required: checkpoint.businessSyncRequired,
    required: checkpoint.required,
    notes: checkpoint.notes,
    last_updated: checkpoint.lastUpdated,
  });
}

function entriesOf(loop: LoopState): [LoopStep, Checkpoint][] {
  return Object.entries(loop.checkpoints) as [LoopStep, Checkpoint][];
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
