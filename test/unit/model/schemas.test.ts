import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { schemaFiles } from '../../../scripts/schemaFiles';
import { boardSessionSchema, boardVotesSchema } from '../../../src/model/schemas/board';
import { locksSchema, queueMessageSchema, workerStatusSchema } from '../../../src/model/schemas/messageBus';
import { metadataSchema } from '../../../src/model/schemas/metadata';
import { conductorConfigSchema, setupStateSchema } from '../../../src/model/schemas/projectState';

const folder = join(__dirname, '../../../schemas');

describe('JSON Schemas', () => {
  for (const [name, text] of Object.entries(schemaFiles())) {
    it(`schemas/${name} is what the zod schema says (else: npx tsx scripts/generate-schemas.ts)`, () => {
      const file = join(folder, name);
      assert.ok(existsSync(file), `${name} is missing`);
      assert.equal(readFileSync(file, 'utf8').replace(/\r\n/g, '\n'), text);
    });
  }

  it('schemas/ holds no others', () => {
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(schemaFiles()).sort());
  });

  it('are open: unknown keys are allowed everywhere', () => {
    for (const [name, text] of Object.entries(schemaFiles())) {
      assert.equal(text.includes('"additionalProperties": false'), false, name);
    }
  });
});

describe('zod schemas', () => {
  const samples: [string, z.ZodType, unknown][] = [
    [
      'metadata, version 1',
      metadataSchema,
      { track_id: 'a', status: 'new', created_at: '2026-01-01T00:00:00Z', own: [1] },
    ],
    [
      'metadata, version 3 with everything',
      metadataSchema,
      {
        version: 3,
        track_id: 'a',
        superpower_enhanced: true,
        loop_state: {
          current_step: 'EXECUTE',
          step_status: 'IN_PROGRESS',
          fix_cycle_count: 0,
          checkpoints: { EXECUTE: { status: 'IN_PROGRESS', notes: ['a'], completed_at: null } },
          parallel_state: { total_workers_spawned: 2 },
        },
        blockers: ['text', { id: 'blocker-1', description: 'x' }],
        discovered_work: ['x', { description: 'y' }],
        board_sessions: [{ session_id: 'board-20260201-123456', vote_summary: { CA: 'APPROVE' } }],
      },
    ],
    [
      'metadata of a relative',
      metadataSchema,
      { id: 'a', title: 'A', created: '2026-01-01', phases: { total: 3 }, tasks: { total: 9 }, priority: 2 },
    ],
    [
      'session',
      boardSessionSchema,
      {
        session_id: 's',
        proposal: { proposal: 'x', quick_mode: true },
        phases: { assess: { status: 'x', of: 5 } },
      },
    ],
    ['votes', boardVotesSchema, { CA: { final_verdict: 'APPROVE', confidence: 0.9 } }],
    ['locks', locksSchema, { 'a.ts': 'w1', 'b.ts': { worker_id: 'w2' } }],
    ['worker status', workerStatusSchema, { w1: { status: 'RUNNING', progress_pct: 50 } }],
    [
      'message',
      queueMessageSchema,
      { id: 'msg-1', type: 'X', source: 's', timestamp: '2026-01-01T00:00:00Z', payload: {} },
    ],
    [
      'config',
      conductorConfigSchema,
      { mode: 'agentic', max_fix_cycles: 2, models: { planning: 'm', overrides: { a: 'b' } } },
    ],
    ['setup state', setupStateSchema, { last_successful_step: '2.5_workflow' }],
    [
      'setup state of a relative',
      setupStateSchema,
      { status: 'complete', current_section: null, answers: { a: ['b'] } },
    ],
  ];
  for (const [name, schema, value] of samples) {
    it(`accept ${name} and keep all of it`, () => {
      assert.deepEqual(schema.parse(value), value);
    });
  }
});
