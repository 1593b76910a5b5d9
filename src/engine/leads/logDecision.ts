import { join } from 'node:path';
import { addDecisionEdits, type Decision } from '../../files/decisionLog';
import type { EditOutcome } from '../../store/fileEditor';
import { editOrCreate } from '../editOrCreate';
import type { Ports } from '../ports';

/**
 * Writes a decision to decision-log.md of a conductor directory, in the form that the file has (FORMATS §4.14); the file
 * is made only when there is a decision to write. One that stands there already is not written again. Refuses what the
 * editor refuses.
 *
 * What goes there: every decision of the user, and those of leads and of the orchestrator that touch cost, pricing or
 * scope. All others stand in the track's `lead_consultations[]` alone.
 */
export function logDecision(
  ports: Pick<Ports, 'editor'>,
  root: string,
  decision: Decision,
): Promise<EditOutcome> {
  return editOrCreate(ports, {
    root,
    file: join(root, 'decision-log.md'),
    change: (text) => addDecisionEdits(text, decision),
  });
}
