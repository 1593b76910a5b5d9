import * as z from 'zod';
import { readJson } from '../../files/jsonText';
import { readText } from '../../store/readText';

/** Bytes of an answer file that are read. */
const largestAnswer = 512 * 1024;
const text = z.string().trim().min(1).max(2000);

const retrospectiveSchema = z.object({
  patterns: z
    .array(
      z.object({
        name: text,
        category: text.catch('General'),
        problem: text,
        solution: text,
        gotchas: text.nullish().catch(undefined),
      }),
    )
    .max(50)
    .default([]),
  errors: z
    .array(
      z.object({
        pattern: text,
        category: text.catch('General'),
        context: text.catch('—'),
        problem: text,
        solution: text,
      }),
    )
    .max(50)
    .default([]),
});

/** What a retrospective learnt for later tracks (FORMATS §4.15). */
export type RetrospectiveAnswer = Readonly<z.infer<typeof retrospectiveSchema>>;

/** The answer file of the retrospective's agent, or why it cannot be used. */
export async function readRetrospective(
  root: string,
  file: string,
): Promise<RetrospectiveAnswer | { readonly unusable: string }> {
  const read = await readText(root, file, largestAnswer);
  if ('missing' in read) return { unusable: `it wrote no answer to ${file}` };
  if ('problem' in read) return { unusable: read.problem };
  const json = readJson(read.text);
  if (json.invalid) return { unusable: `its answer is no valid JSON: ${json.problem?.message ?? ''}`.trim() };
  const parsed = retrospectiveSchema.safeParse(json.value);
  return parsed.success
    ? parsed.data
    : { unusable: `its answer is not what was asked for: ${z.prettifyError(parsed.error)}` };
}
