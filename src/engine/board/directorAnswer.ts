import * as z from 'zod';
import { shallowEnough } from '../../files/jsonText';
import { itemsOf, numberField, textsOf } from '../../files/looseValues';
import type { Director } from '../../model/board';

/*
 * What directors answer (FORMATS §4.10), read leniently: agents vary in case, quote numbers, wrap JSON in a fence. What a
 * verdict is must be certain, everything else may be missing. Keys that we do not know are kept.
 */

export type Answer<T> = { readonly value: T } | { readonly problem: string };

const score = z.coerce.number().min(1).max(10);

const texts = z
  .unknown()
  .optional()
  .transform((value) => [...textsOf(value, 'text', 'concern', 'condition', 'description')]);
/** Scores by name; what is no number is left out. */
const numbers = z
  .record(z.string(), z.unknown())
  .optional()
  .catch(undefined)
  .transform((scores) => {
    const known = Object.keys(scores ?? {}).flatMap((key) => {
      const value = numberField(scores, key);
      return value === undefined ? [] : [[key, value] as const];
    });
    return known.length === 0 ? undefined : Object.fromEntries(known);
  });
const flag = z.union([z.boolean(), z.stringbool()]).optional().default(false);

/** A word of a closed list, whatever its case. `aliases`: what agents write instead. */
function word<const W extends string>(words: readonly W[], aliases: Readonly<Record<string, W>>) {
  return z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .transform((text): string => (Object.hasOwn(aliases, text) ? aliases[text]! : text))
    .pipe(z.enum(words));
}

const approving = { APPROVED: 'APPROVE', REJECTED: 'REJECT' } as const;

const assessmentSchema = z.looseObject({
  verdict: word(['APPROVE', 'CONCERNS', 'REJECT'], { ...approving, CONCERN: 'CONCERNS' }),
  score: score.optional().catch(undefined),
  breakdown: numbers,
  key_points: texts,
  concerns: texts,
  recommendations: texts,
  questions_for_board: texts,
  blocking: flag.catch(false),
});
export type DirectorAssessment = z.infer<typeof assessmentSchema> & { readonly director: Director };

const voteSchema = z.looseObject({
  final_verdict: word(['APPROVE', 'REJECT', 'ABSTAIN'], { ...approving, ABSTAINED: 'ABSTAIN' }),
  confidence: z.coerce.number().min(0).max(1).optional().catch(undefined),
  conditions: texts,
  dissent_noted: z.unknown().optional(),
});
export type DirectorVote = z.infer<typeof voteSchema> & { readonly timestamp: string };

const remarkSchema = z.looseObject({
  to: z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .catch('ALL'),
  type: z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .pipe(z.enum(['CHALLENGE', 'AGREE', 'QUESTION', 'CLARIFY']))
    .catch('CLARIFY'),
  message: z.string().trim().min(1),
  changes_my_verdict: flag.catch(false),
});

/** A BOARD_DISCUSS payload with the round that it belongs to. */
export interface DirectorRemark {
  readonly from: Director;
  readonly to: string;
  readonly type: string;
  readonly message: string;
  readonly changes_my_verdict: boolean;
  readonly timestamp: string;
  readonly round: number;
}

/** Remarks of one director in one round; more are not heard. */
const mostRemarks = 10;
/** Longest message in characters, so that a remark is one append. */
const longestMessage = 2000;

/** Whatever the answer says about who gives it: it is the director that was asked. */
export function readAssessment(text: string, director: Director): Answer<DirectorAssessment> {
  const read = objectIn(text, assessmentSchema);
  return 'problem' in read ? read : { value: { ...read.value, director } };
}

export function readVote(text: string, at: string): Answer<DirectorVote> {
  const read = objectIn(text, voteSchema);
  return 'problem' in read ? read : { value: { ...read.value, timestamp: at } };
}

/**
 * JSON objects a line, one object, or an array of them; an empty answer is silence. `lenient`: what cannot be read is
 * left out, where it would make the whole answer invalid otherwise.
 */
export function readRemarks(
  text: string,
  o: { readonly director: Director; readonly round: number; readonly at: string; readonly lenient: boolean },
): Answer<readonly DirectorRemark[]> {
  const body = unwrapped(text);
  const whole = parsed(body);
  const items = whole
    ? itemsInside(whole.value)
    : body
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => parsed(line)?.value);
  const remarks: DirectorRemark[] = [];
  for (const item of items) {
    const read = remarkSchema.safeParse(item);
    if (!read.success) {
      if (o.lenient) continue;
      return { problem: `a remark is not as asked: ${reasonsOf(read.error)}` };
    }
    const { to, type, message, changes_my_verdict } = read.data;
    remarks.push({
      from: o.director,
      to: to.slice(0, 20),
      type,
      message: clip(message, longestMessage),
      changes_my_verdict,
      timestamp: o.at,
      round: o.round,
    });
  }
  return { value: remarks.slice(0, mostRemarks) };
}

function itemsInside(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  // One remark, or a wrapper around a list of them.
  const isRemark = typeof value === 'object' && value !== null && 'message' in value;
  return isRemark
    ? [value]
    : itemsOf(value).flatMap((item) => (Array.isArray(item) ? (item as unknown[]) : [item]));
}

function objectIn<T>(text: string, schema: z.ZodType<T>): Answer<T> {
  const body = unwrapped(text);
  if (body === '') return { problem: 'the answer is empty' };
  const value = parsed(body);
  if (!value) return { problem: 'the answer is no JSON' };
  const read = schema.safeParse(value.value);
  return read.success
    ? { value: read.data }
    : { problem: `the answer is not as asked: ${reasonsOf(read.error)}` };
}

function reasonsOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`)
    .join('; ')
    .slice(0, 400);
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    // What is nested without end could not be written down again.
    return shallowEnough(() => JSON.stringify(value)) === undefined ? undefined : { value };
  } catch {
    return undefined;
  }
}

/** Without byte order mark, white space and one fence around everything. */
function unwrapped(text: string): string {
  const bare = text.replace(/^\uFEFF/, '').trim();
  return (/^```[^\n]*\n([\s\S]*?)\n?```$/.exec(bare)?.[1] ?? bare).trim();
}

function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, end)}… (${text.length - end} characters left out)`;
}
