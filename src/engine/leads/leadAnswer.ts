import * as z from 'zod';
import { readJson } from '../../files/jsonText';
import type { Lead } from '../../model/authorityMatrix';
import { readText } from '../../store/readText';
import { leadRoles } from '../prompts/roles';

/** Bytes of an answer file that are read. */
const largestAnswer = 256 * 1024;
const text = z.string().max(4000);

const leadAnswerSchema = z.looseObject({
  lead: text.optional(),
  decision_made: z.boolean(),
  decision: text.nullish(),
  reasoning: text.default(''),
  authority_used: text.nullish(),
  escalate_to: z.enum(['user', 'cto-advisor']).nullish(),
  escalation_reason: text.nullish(),
});

/** What a lead answered (spec 003, "Lead Response Format"; FORMATS §4.12). */
export type LeadAnswer = {
  readonly reasoning: string;
  readonly authorityUsed?: string;
  readonly extras: Readonly<Record<string, unknown>>;
} & (
  | { readonly decision: string }
  /** Passed on, with the reason. There is no agent above the leads, so it reaches the user. */
  | { readonly passedOn: string }
);

/** The answer in a lead's answer file, or why it cannot be used. Contradictions are read the cautious way: passed on. */
export async function readLeadAnswer(
  root: string,
  file: string,
  lead: Lead,
): Promise<LeadAnswer | { readonly unusable: string }> {
  const read = await readText(root, file, largestAnswer);
  if ('missing' in read) return { unusable: `it wrote no answer to ${file}` };
  if ('problem' in read) return { unusable: read.problem };
  const json = readJson(read.text.replace(/^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/, '$1'));
  if (json.invalid) return { unusable: `its answer is no valid JSON: ${json.problem?.message ?? ''}`.trim() };
  const parsed = leadAnswerSchema.safeParse(json.value);
  if (!parsed.success)
    return { unusable: `its answer is not what was asked for: ${z.prettifyError(parsed.error)}` };
  const answer = parsed.data;
  const named = answer.lead
    ?.toLowerCase()
    .replace(/[\s_-]*lead$/, '')
    .trim();
  if (named !== undefined && named !== lead)
    return { unusable: `its answer is that of the ${answer.lead} lead` };
  const decision = answer.decision?.trim() ?? '';
  const rest = {
    reasoning: answer.reasoning,
    ...(answer.authority_used ? { authorityUsed: answer.authority_used } : {}),
    extras: extrasOf(answer, lead),
  };
  if (answer.escalate_to || !answer.decision_made) {
    const why = answer.escalation_reason?.trim() || answer.reasoning.trim() || 'It gave no reason.';
    return {
      ...rest,
      passedOn: answer.escalate_to === 'cto-advisor' ? `It named the cto-advisor: ${why}` : why,
    };
  }
  if (decision === '') return { unusable: 'it says that it decided, but not what' };
  return { ...rest, decision };
}

/** Only what is small: a text, a number, or a list of texts. */
function extrasOf(answer: Readonly<Record<string, unknown>>, lead: Lead): Record<string, unknown> {
  const small = z.union([text, z.number(), z.boolean(), z.array(text).max(20)]);
  return Object.fromEntries(
    leadRoles[lead].extras.flatMap((key) => {
      const value = small.safeParse(answer[key]);
      return value.success ? [[key, value.data]] : [];
    }),
  );
}
