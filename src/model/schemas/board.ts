import * as z from 'zod';
import { moment } from './loopState';

const texts = z.array(z.string());

/** Entry of votes.json (FORMATS §4.10). */
export const boardVoteSchema = z.looseObject({
  final_verdict: z.string().meta({ examples: ['APPROVE', 'REJECT'] }),
  confidence: z.number().min(0).max(1).optional(),
  conditions: texts.optional(),
  timestamp: moment.optional(),
});

/** votes.json: director → vote. */
export const boardVotesSchema = z
  .record(z.string(), boardVoteSchema)
  .meta({ title: 'Votes of the board', description: 'Director (CA, CPO, CSO, COO, CXO) → vote' });

/** Entry of assessments.json (FORMATS §4.10). */
export const boardAssessmentSchema = z.looseObject({
  director: z.string().optional(),
  verdict: z.string().optional().meta({ examples: ['APPROVE', 'CONCERNS', 'REJECT'] }),
  score: z.number().min(0).max(10).optional(),
  breakdown: z.record(z.string(), z.number()).optional(),
  key_points: texts.optional(),
  concerns: texts.optional(),
  recommendations: texts.optional(),
  questions_for_board: texts.optional(),
  blocking: z.boolean().optional(),
});

/** assessments.json: director → assessment. */
export const boardAssessmentsSchema = z
  .record(z.string(), boardAssessmentSchema)
  .meta({ title: 'Assessments of the board', description: 'Director (CA, CPO, CSO, COO, CXO) → assessment' });

const phase = z.looseObject({ status: z.string().optional() });

/** `board/session-<id>.json` on the message bus (FORMATS §4.10). */
export const boardSessionSchema = z
  .looseObject({
    session_id: z.string(),
    checkpoint: z
      .string()
      .optional()
      .meta({ examples: ['EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'PRE_LAUNCH', 'CONFLICT', 'QUICK_REVIEW'] }),
    status: z
      .string()
      .optional()
      .meta({ examples: ['ASSESSING', 'DISCUSSING', 'VOTING', 'RESOLVING', 'COMPLETE'] }),
    proposal: z.union([z.string(), z.looseObject({ proposal: z.string().optional() })]).optional(),
    directors: texts.optional(),
    started_at: moment.optional(),
    phases: z
      .looseObject({
        assess: phase.optional(),
        discuss: phase.optional(),
        vote: phase.optional(),
        resolve: phase.optional(),
      })
      .optional(),
  })
  .meta({ title: 'Board session' });

/** The short form kept in metadata.json (spec 003, "Board Session Tracking"). */
export const boardSessionRecordSchema = z.looseObject({
  session_id: z.string(),
  checkpoint: z.string().optional(),
  verdict: z
    .string()
    .optional()
    .meta({ examples: ['APPROVED', 'APPROVED_WITH_REVIEW', 'REJECTED', 'ESCALATE'] }),
  vote_summary: z.record(z.string(), z.unknown()).optional(),
  conditions: texts.optional(),
  timestamp: moment.optional(),
});
