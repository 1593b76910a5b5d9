import * as z from 'zod';
import { moment } from './loopState';

/** One line of queue.jsonl (spec 003, "Message Bus"; FORMATS §4.9). */
export const queueMessageSchema = z
  .looseObject({
    id: z.string().meta({ description: '"msg-" and a UUID' }),
    type: z.string().meta({
      examples: [
        'PROGRESS',
        'TASK_COMPLETE',
        'TASK_FAILED',
        'FILE_LOCK',
        'FILE_UNLOCK',
        'BLOCKED',
        'BOARD_ASSESS',
        'BOARD_DISCUSS',
        'BOARD_VOTE',
        'BOARD_RESOLVE',
        'WORKER_DISPATCHED',
      ],
    }),
    source: z.string().meta({ description: 'Worker id, director, or orchestrator' }),
    timestamp: moment,
    payload: z.looseObject({}),
  })
  .meta({ title: 'Message on the bus', description: 'One line of .message-bus/queue.jsonl' });

/** locks.json: path → lock, or path → worker id. */
export const locksSchema = z
  .record(
    z.string(),
    z.union([
      z.looseObject({
        worker_id: z.string(),
        acquired_at: moment.optional(),
        expires_at: moment.optional(),
      }),
      z.string(),
    ]),
  )
  .meta({ title: 'File locks of the workers', description: 'Path → who holds it, and until when' });

/** worker-status.json: worker id → status. */
export const workerStatusSchema = z
  .record(
    z.string(),
    z.looseObject({
      task_id: z.string().optional(),
      status: z.string().meta({ examples: ['RUNNING', 'COMPLETE', 'FAILED', 'BLOCKED'] }),
      progress_pct: z.number().min(0).max(100).optional(),
      last_heartbeat: moment.optional(),
      started_at: moment.optional(),
    }),
  )
  .meta({ title: 'Workers and their heartbeats', description: 'Worker id → status' });
