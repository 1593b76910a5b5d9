import * as z from 'zod';
import { count, moment } from './loopState';

/** conductor/config.json of the successor of spec 003 (FORMATS §5.1). */
export const conductorConfigSchema = z
  .looseObject({
    mode: z.string().optional().meta({ examples: ['agentic', 'human-in-the-loop'] }),
    max_fix_cycles: count.optional().meta({ description: 'Fix cycles allowed before a person is asked' }),
    max_plan_revisions: count.optional(),
    planning_model: z.string().optional(),
    execution_model: z.string().optional(),
    models: z
      .looseObject({
        planning: z.string().optional(),
        execution: z.string().optional(),
        overrides: z.record(z.string(), z.string()).optional(),
        force_session_model: z.boolean().optional(),
      })
      .optional(),
  })
  .meta({ title: 'Conductor settings of the project', description: 'conductor/config.json' });

/** conductor/knowledge/errors.json (FORMATS §4.15). */
export const knownErrorsSchema = z
  .looseObject({
    version: z.union([z.int(), z.string()]).optional(),
    errors: z.array(
      z.looseObject({
        id: z.string().optional(),
        pattern: z.string().optional().meta({ description: 'Regular expression that recognises the error' }),
        category: z.string().optional(),
        context: z.string().optional(),
        problem: z.string().optional(),
        solution: z.string().optional(),
        code_fix: z.string().nullish(),
        occurrences: count.optional(),
        last_seen: moment.optional(),
        discovered_in: z.string().optional(),
      }),
    ),
  })
  .meta({ title: 'Errors that were met and solved', description: 'conductor/knowledge/errors.json' });

/** conductor/setup_state.json: Google's one-key form and the longer form of its relatives (FORMATS §3.1, §9.1). */
export const setupStateSchema = z
  .looseObject({
    last_successful_step: z
      .string()
      .optional()
      .meta({
        examples: [
          '2.1_product_guide',
          '2.2_product_guidelines',
          '2.3_tech_stack',
          '2.4_code_styleguides',
          '2.5_workflow',
          '3.3_initial_track_generated',
        ],
      }),
    status: z.string().optional(),
    project_type: z.string().nullish(),
    current_section: z.string().nullish(),
    current_question: z.union([z.string(), z.number()]).nullish(),
    completed_sections: z.array(z.string()).optional(),
    answers: z.looseObject({}).optional(),
    files_created: z.array(z.string()).optional(),
    started_at: moment.nullish(),
    last_updated: moment.nullish(),
  })
  .meta({ title: 'How far the setup came', description: 'conductor/setup_state.json' });
