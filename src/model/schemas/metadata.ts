import * as z from 'zod';
import { reviewDecisions } from '../gate';
import { boardSessionRecordSchema } from './board';
import { checkpointsSchema, loopStateSchema, moment } from './loopState';

const objectOrText = z.union([z.looseObject({}), z.string()]);
const trackIds = z.array(z.string()).meta({ description: 'Ids of the tracks that this one waits for' });

const blocker = z.looseObject({
  id: z.string().optional(),
  description: z.string().optional(),
  blocked_at: moment.optional(),
  blocked_step: z.string().optional(),
  status: z.string().optional().meta({ examples: ['ACTIVE', 'RESOLVED'] }),
  trigger: z.string().nullish().meta({ description: 'What made the loop ask', examples: ['fix-cycle-limit', 'task-failed'] }),
  subject: z
    .union([z.string(), z.number()])
    .nullish()
    .meta({ description: 'What it is about: id of a task, group, session or question' }),
  context: z.union([z.array(z.unknown()), z.string(), z.looseObject({})]).nullish(),
  options: z
    .union([z.array(z.unknown()), z.string(), z.looseObject({})])
    .nullish()
    .meta({ description: 'What a person can answer' }),
  answers: z
    .array(z.looseObject({ id: z.string(), label: z.string().optional() }))
    .nullish()
    .meta({ description: 'The options with the ids that can be given as answer' }),
  answer: z.string().nullish().meta({ description: 'Id of the answer that was given' }),
  answered_by: z.string().nullish(),
  resolved_at: moment.nullish(),
  resolution: z.string().nullish(),
  blocked_status: z
    .string()
    .nullish()
    .meta({ description: 'The outcome that the step had when it was stopped' }),
  forgiven_failures: z
    .int()
    .nullish()
    .meta({ description: 'Failures of the task that were known when a person said to try again' }),
});

/**
 * metadata.json of a track, versions 1 to 4 and the spellings of its relatives (FORMATS §4.2). Open: unknown keys are
 * anybody's and survive.
 */
export const metadataSchema = z
  .looseObject({
    version: z.union([z.int(), z.string()]).optional().meta({ description: '1 to 4; absent means 1' }),
    track_id: z.string().optional().meta({ description: 'Id of the track: the name of its folder' }),
    id: z.string().optional(),
    trackId: z.string().optional(),
    name: z.string().optional(),
    title: z.string().optional(),
    description: z.string().nullish(),
    type: z
      .string()
      .optional()
      .meta({ examples: ['feature', 'bugfix', 'refactor', 'infrastructure', 'ui', 'integration', 'architecture'] }),
    status: z
      .string()
      .optional()
      .meta({ examples: ['new', 'planned', 'in_progress', 'blocked', 'complete', 'cancelled', 'archived'] }),
    state: z.string().optional(),
    priority: z.union([z.string(), z.number()]).nullish().meta({ examples: ['P0', 'P1', 'P2', 'P3'] }),
    created_at: moment.nullish(),
    updated_at: moment.nullish(),
    completed_at: moment.nullish(),
    superpower_enhanced: z.boolean().optional().meta({ description: 'Use superpowers instead of the legacy agents' }),
    depends_on: trackIds.nullish(),
    dependencies: z.union([trackIds, z.array(z.unknown()), z.looseObject({}), z.string()]).nullish(),
    loop_state: loopStateSchema.nullish(),
    checkpoints: z
      .union([checkpointsSchema, z.array(z.unknown())])
      .nullish()
      .meta({ description: 'Belongs into loop_state; read here too' }),
    blockers: z.array(z.union([blocker, z.string()])).nullish(),
    board_sessions: z.array(boardSessionRecordSchema).nullish(),
    board_conditions: z.array(objectOrText).nullish(),
    board_condition_evidence: z
      .array(
        z.looseObject({
          condition: z.string(),
          met: z.boolean(),
          evidence: z.string().optional().meta({ description: 'Where it can be seen: file, or file:line' }),
          due: z.string().optional().meta({ examples: ['PRE_LAUNCH'] }),
          added: z.boolean().optional().meta({ description: 'Says only who added the condition' }),
          note: z.string().optional(),
          by: z.string().optional(),
          at: moment.optional(),
        }),
      )
      .nullish()
      .meta({ description: 'What was shown for conditions of the board; the newest entry of a condition counts' }),
    gate_reviews: z
      .array(
        z.looseObject({
          gate: z.string().meta({ examples: ['EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'PRE_LAUNCH', 'phase:1', 'metrics:testing'] }),
          round: z.int().optional(),
          decision: z.string().meta({ examples: [...reviewDecisions] }),
          criterion: z.string().optional(),
          value: z.number().optional(),
          passed: z.boolean().optional(),
          note: z.string().optional(),
          evaluated: z
            .boolean()
            .optional()
            .meta({ description: 'Whether something had evaluated the round before the person decided' }),
          criteria: z
            .array(
              z.looseObject({
                id: z.string(),
                state: z.enum(['passed', 'failed', 'open', 'notApplicable']),
                note: z.string().optional(),
              }),
            )
            .optional()
            .meta({ description: 'The criteria as they were when the person decided' }),
          by: z.string().optional(),
          at: moment.optional(),
        }),
      )
      .nullish()
      .meta({ description: 'What people decided at gates. Entries are added, never changed' }),
    discovered_work: z.array(objectOrText).nullish(),
    lead_consultations: z
      .array(
        z.looseObject({
          lead: z.string().optional(),
          question: z.string().optional(),
          decision_made: z.boolean().optional(),
          decision: z.string().nullish(),
          reasoning: z.string().optional(),
          authority_used: z.string().nullish(),
          escalated_to: z.string().nullish(),
          timestamp: moment.optional(),
          question_id: z.string().optional().meta({ description: 'Key of the question in questions.json' }),
        }),
      )
      .nullish(),
  })
  .meta({ title: 'State of a track', description: 'conductor/tracks/<track>/metadata.json' });
