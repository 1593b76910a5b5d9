import * as z from 'zod';
import { boardAssessmentsSchema, boardSessionSchema, boardVotesSchema } from '../src/model/schemas/board';
import { locksSchema, queueMessageSchema, workerStatusSchema } from '../src/model/schemas/messageBus';
import { metadataSchema } from '../src/model/schemas/metadata';
import {
  conductorConfigSchema,
  knownErrorsSchema,
  setupStateSchema,
} from '../src/model/schemas/projectState';

const schemas: Readonly<Record<string, z.ZodType>> = {
  'metadata.schema.json': metadataSchema,
  'board-session.schema.json': boardSessionSchema,
  'board-votes.schema.json': boardVotesSchema,
  'board-assessments.schema.json': boardAssessmentsSchema,
  'locks.schema.json': locksSchema,
  'worker-status.schema.json': workerStatusSchema,
  'queue-message.schema.json': queueMessageSchema,
  'conductor-config.schema.json': conductorConfigSchema,
  'knowledge-errors.schema.json': knownErrorsSchema,
  'setup-state.schema.json': setupStateSchema,
};

/** The JSON Schemas of `schemas/`: file name → text. Draft 7, which VS Code understands fully. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      JSON.stringify(z.toJSONSchema(schema, { target: 'draft-07', io: 'input' }), null, 2) + '\n',
    ]),
  );
}
