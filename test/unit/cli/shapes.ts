import * as z from 'zod';

/** The JSON that other programs rely on, key by key: strict, so that a key that vanishes or turns up is noticed. */
export const progressShape = z.strictObject({
  total: z.int().min(0),
  done: z.int().min(0),
  doing: z.int().min(0),
  blocked: z.int().min(0),
  skipped: z.int().min(0),
});

export const problemShape = z.strictObject({
  file: z.string().min(1),
  line: z.int().min(1).nullable(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string().min(1),
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
});

const trackKeys = {
  id: z.string().min(1),
  name: z.string(),
  path: z.string().nullable(),
  dialect: z.enum(['evaluate-loop', 'google', 'wshobson', 'beads', 'lane', 'unknown']),
  status: z.string().nullable(),
  group: z.enum(['active', 'ready', 'paused', 'done', 'archived']),
  step: z.string().nullable(),
  stepStatus: z.string().nullable(),
  fixCycle: z.strictObject({ count: z.int().nullable(), max: z.int().nullable() }),
  progress: progressShape,
  problems: z.int().min(0),
};

export const trackShape = z.strictObject(trackKeys);

export const statusShape = z.strictObject({
  version: z.literal(1),
  roots: z.array(
    z.strictObject({
      path: z.string().min(1),
      dialects: z.array(z.string()),
      tracks: z.array(trackShape),
      problems: z.array(problemShape),
    }),
  ),
  problems: z.array(problemShape),
});

export const taskShape = z.strictObject({
  id: z.string().min(1),
  line: z.int().min(1),
  marker: z.enum(['todo', 'doing', 'done', 'blocked', 'skipped', 'unclear']),
  text: z.string(),
  commit: z.string().nullable(),
  markable: z.boolean(),
  get tasks() {
    return z.array(taskShape);
  },
});
export type TaskShape = z.infer<typeof taskShape>;

export const showShape = z.strictObject({
  version: z.literal(1),
  ...trackKeys,
  root: z.string().min(1),
  phases: z.array(
    z.strictObject({
      name: z.string(),
      number: z.string().nullable(),
      line: z.int().min(1),
      checkpoint: z.string().nullable(),
      tasks: z.array(taskShape),
    }),
  ),
  checkboxes: z.strictObject({ total: z.int().min(0), tasks: z.int().min(0), elsewhere: z.int().min(0) }),
  dag: z
    .strictObject({
      line: z.int().min(1),
      nodes: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          type: z.string().nullable(),
          files: z.array(z.string()),
          dependsOn: z.array(z.string()),
          phase: z.number().nullable(),
          line: z.int(),
        }),
      ),
      parallelGroups: z.array(
        z.strictObject({
          id: z.string(),
          tasks: z.array(z.string()),
          conflictFree: z.boolean().nullable(),
          sharedResources: z.array(z.string()),
          line: z.int(),
        }),
      ),
    })
    .nullable(),
  gates: z.array(
    z.strictObject({
      kind: z.string(),
      title: z.string(),
      file: z.string(),
      line: z.int().min(1),
      verdict: z.enum(['PASS', 'FAIL', 'PASS WITH CONDITIONS']).nullable(),
      contradictory: z.boolean(),
      checks: z.array(
        z.strictObject({ name: z.string(), status: z.string(), note: z.string().nullable(), line: z.int() }),
      ),
      failureReasons: z.array(z.string()),
    }),
  ),
  board: z.array(
    z.strictObject({
      sessionId: z.string(),
      checkpoint: z.string().nullable(),
      status: z.string().nullable(),
      verdict: z.string().nullable(),
      votes: z.record(z.string(), z.string()),
      conditions: z.array(z.string()),
      dissent: z.array(z.string()),
      timestamp: z.string().nullable(),
      source: z.enum(['metadata', 'bus']),
    }),
  ),
  nextAction: z.strictObject({ kind: z.string().min(1), why: z.string().min(1) }),
  problemList: z.array(problemShape),
});

export const validationShape = z.strictObject({
  version: z.literal(1),
  problems: z.array(problemShape),
  errors: z.int().min(0),
  warnings: z.int().min(0),
});

export const errorShape = z.strictObject({
  version: z.literal(1),
  error: z.strictObject({
    code: z.string().min(1),
    message: z.string().min(1),
    candidates: z.array(z.string()),
  }),
});

/** Every task of a plan, sub-tasks included, in file order. */
export function allTasks(phases: z.infer<typeof showShape>['phases']): TaskShape[] {
  const flat = (tasks: readonly TaskShape[]): TaskShape[] =>
    tasks.flatMap((task) => [task, ...flat(task.tasks)]);
  return phases.flatMap((phase) => flat(phase.tasks));
}
