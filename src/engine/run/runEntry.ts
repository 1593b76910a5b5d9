import * as z from 'zod';

/** How much a person confirms while a loop runs. */
export const runModes = ['confirm-all', 'confirm-gates', 'through'] as const;
export type RunMode = (typeof runModes)[number];

const pid = z.number().int().positive();
const count = z.number().int().nonnegative();
/** It names the agent's output file: never a path. */
const workerId = z.string().regex(/^[^/\\\0]+$/);
const at = z.iso.datetime({ offset: true });

/**
 * One line of the journal of a run. Each says what our own loop did or is about to do; what agents and other tools say
 * stands in metadata.json, plan.md and on the bus.
 */
export const runEntrySchema = z.discriminatedUnion('kind', [
  /** A loop takes the track: a new run, or (same `runId`) the one that was broken off. */
  z.object({
    kind: z.literal('run-started'),
    at,
    runId: z.string().min(1),
    host: z.string(),
    pid,
    processStart: z.string().optional(),
    mode: z.enum(runModes),
  }),
  z.object({ kind: z.literal('iteration'), at, iteration: count }),
  /** An agent is about to be started. `task` only for workers. */
  z.object({
    kind: z.literal('intent'),
    at,
    workerId,
    agent: z.string(),
    /** Absent in journals of earlier versions. */
    role: z.string().optional(),
    step: z.string().optional(),
    task: z.string().optional(),
    attempt: z.number().int().positive(),
    locks: z.array(z.string()),
  }),
  /** It was not started after all: its files are locked by somebody else. It counts as no attempt. */
  z.object({ kind: z.literal('cancelled'), at, workerId, why: z.string() }),
  z.object({
    kind: z.literal('spawned'),
    at,
    workerId,
    pid,
    processStart: z.string().optional(),
  }),
  z.object({
    kind: z.literal('ended'),
    at,
    workerId,
    /** `outputLimit`: it printed more than it may. */
    how: z.enum(['exited', 'stopped', 'timeLimit', 'outputLimit', 'notStarted', 'lost']),
    exitCode: z.number().int().optional(),
    /** `stopped`: it was ended through no fault of its own (the run was stopped, or with it the computer); no attempt. */
    outcome: z.enum(['passed', 'failed', 'blocked', 'skipped', 'person', 'stopped']),
    why: z.string().optional(),
  }),
  /** Final: the task is never started again. */
  z.object({ kind: z.literal('completed'), at, task: z.string(), commit: z.string().optional() }),
  /** `boxless`: plan.md has no box that could show it. */
  z.object({ kind: z.literal('plan-marked'), at, task: z.string(), boxless: z.boolean().optional() }),
  z.object({ kind: z.literal('group-finished'), at, group: z.string() }),
  /** A person said "try again": so many failures of the task count no more. */
  z.object({ kind: z.literal('forgiven'), at, task: z.string(), failures: count }),
  /** A person gave a group more time: its limit counts from `at`. */
  z.object({ kind: z.literal('more-time'), at, group: z.string() }),
  z.object({ kind: z.literal('answered'), at, question: z.string(), answer: z.string() }),
  /** The computer slept for so long; it counts against nobody. */
  z.object({ kind: z.literal('suspended'), at, ms: count }),
  /** The agent waits for the answer of a person, from here to `waited` or to its end: that time does not count. */
  z.object({ kind: z.literal('waiting'), at, workerId }),
  z.object({ kind: z.literal('waited'), at, workerId }),
  z.object({
    kind: z.literal('run-ended'),
    at,
    outcome: z.enum(['complete', 'person', 'failed', 'stopped']),
    why: z.string(),
  }),
]);
export type RunEntry = Readonly<z.infer<typeof runEntrySchema>>;
export type RunEntryOf<K extends RunEntry['kind']> = Extract<RunEntry, { kind: K }>;
