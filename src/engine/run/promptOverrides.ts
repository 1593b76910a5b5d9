import { join } from 'node:path';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { decodeText } from '../../files/textFile';
import type { EditRefusal } from '../../model/edit';
import { containedPath } from '../../store/contain';
import { hasCode, reasonOf } from '../../store/ioError';
import { megabytes } from '../../store/limits';
import { promptNames } from '../prompts/promptTemplates';
import { PromptTemplateError } from '../prompts/renderPrompt';

/** A template of the project that is there but cannot be used. The message says which, why, and what to do. */
export class PromptOverrideError extends Error {
  override readonly name = 'PromptOverrideError';

  constructor(
    readonly file: string,
    because: string,
  ) {
    super(
      `The project’s prompt template ${file} cannot be used: ${because}. Mend it, or remove it and ours is used.`,
    );
  }
}

const largestTemplate = 1024 * 1024;

/** Where a project keeps its own text for a template: `<conductor directory>/prompts/<name>`. */
export function overrideFile(root: string, name: string): string {
  return join(root, 'prompts', name);
}

/**
 * The project's own prompt templates, by file name; those that it does not have are not in it. Ours are never used in
 * the place of one that cannot be read: that would be another prompt than the project asked for.
 * @throws PromptOverrideError
 */
export async function readPromptOverrides(root: string): Promise<Readonly<Record<string, string>>> {
  const there = await namesIn(join(root, 'prompts'));
  const texts = await Promise.all(
    promptNames
      .filter((name) => there?.has(name.toLowerCase()) ?? true)
      .map(async (name) => [name, await readOverride(root, overrideFile(root, name))] as const),
  );
  return Object.fromEntries(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}

/** A refusal for a person when `error` is about a prompt template; undefined for any other error. */
export function promptRefusal(error: unknown): EditRefusal | undefined {
  if (error instanceof PromptTemplateError) return { code: 'prompt-template', message: error.message };
  if (error instanceof PromptOverrideError) return { code: 'prompt-override', message: error.message };
  return undefined;
}

/** In lower case, since not every disk tells cases apart. Undefined: they cannot be listed. */
async function namesIn(folder: string): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await readdir(folder)).map((name) => name.toLowerCase()));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) return undefined;
    // A link that leads nowhere is told with the first template that is looked for in it.
    return lstat(folder).then(
      () => undefined,
      () => new Set(),
    );
  }
}

async function readOverride(root: string, file: string): Promise<string | undefined> {
  const path = await containedPath(root, file);
  if (path === undefined) throw new PromptOverrideError(file, `it leads out of ${root}`);
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new PromptOverrideError(file, 'it is no file');
    if (facts.size > largestTemplate) {
      throw new PromptOverrideError(file, `it is larger than ${megabytes(largestTemplate)}`);
    }
    const decoded = decodeText(await readFile(path));
    if (!decoded) throw new PromptOverrideError(file, 'it is no text');
    return decoded.text;
  } catch (error) {
    if (error instanceof PromptOverrideError) throw error;
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new PromptOverrideError(file, reasonOf(error));
  }
}
