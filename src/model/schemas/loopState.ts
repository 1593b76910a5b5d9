import * as z from 'zod';

/** Whole number, zero or more. */
export const count = z.int().min(0);

/** ISO date-time, or a date alone: both occur. */
export const moment = z.string().meta({ description: 'ISO 8601 date-time, or a date alone' });

const texts = z.array(z.string());

const progress = z.looseObject({
  current_phase: z.union([z.number(), z.string()]).optional(),
  total_phases: count.optional(),
  current_task: z.union([z.string(), z.number()]).nullish(),
  tasks_completed: count.optional(),
  tasks_total: count.optional(),
});

/** What one step left behind (spec 003, "Checkpoint Update Protocol"; FORMATS §4.3). Only `status` is required. */
export const checkpointSchema = z
  .looseObject({
    status: z.string().meta({
      description: 'Status of the step',
      examples: ['NOT_STARTED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'BLOCKED', 'SKIPPED'],
    }),
    started_at: moment.nullish(),
    completed_at: moment.nullish(),
    last_updated: moment.nullish(),
    agent: z.string().nullish(),
    verdict: z.string().nullish().meta({ examples: ['PASS', 'FAIL'] }),
    notes: z.union([z.string(), texts]).nullish(),
    progress: progress.nullish(),
    output_files: texts.nullish(),
    tasks_completed: count.nullish(),
    tasks_total: count.nullish(),
    last_task: z.string().nullish().meta({ examples: ['Task 2.3'] }),
    last_commit: z.string().nullish(),
    plan_version: count.nullish(),
    cycle: count.nullish(),
    failure_reasons: z.array(z.unknown()).nullish(),
    fixes_remaining: z.array(z.unknown()).nullish(),
    business_sync_required: z.boolean().nullish(),
    required: z.boolean().nullish(),
  })
  .meta({ title: 'Checkpoint of one step' });

const stepNames = [
  'NOT_STARTED',
  'PLAN',
  'EVALUATE_PLAN',
  'EXECUTE',
  'EVALUATE_EXECUTION',
  'FIX',
  'BUSINESS_SYNC',
  'COMPLETE',
];

export const checkpointsSchema = z.record(z.string(), checkpointSchema).meta({
  description: 'One entry a step; known steps: ' + stepNames.join(', '),
});

/** `loop_state` of metadata.json (spec 003, "Loop State Structure"; FORMATS §4.3). */
export const loopStateSchema = z
  .looseObject({
    current_step: z.string().meta({ description: 'Step that the track is at', examples: stepNames }),
    step_status: z.string().meta({
      description: 'Status of that step',
      examples: ['NOT_STARTED', 'IN_PROGRESS', 'PASSED', 'FAILED', 'BLOCKED', 'SKIPPED'],
    }),
    step_started_at: moment.nullish(),
    fix_cycle_count: count.optional().meta({ description: 'Fix cycles begun so far' }),
    max_fix_cycles: count.optional().meta({ description: 'Fix cycles allowed before a person is asked', default: 3 }),
    plan_revision_count: count.optional(),
    max_plan_revisions: count.optional(),
    execution_mode: z.string().nullish().meta({ examples: ['PARALLEL', 'SEQUENTIAL'] }),
    checkpoints: checkpointsSchema.optional(),
    parallel_state: z
      .looseObject({
        total_workers_spawned: count.optional(),
        completed_workers: count.optional(),
        failed_workers: count.optional(),
        parallel_groups_completed: texts.optional(),
      })
      .optional(),
  })
  .meta({ title: 'State of the evaluate-loop' });
