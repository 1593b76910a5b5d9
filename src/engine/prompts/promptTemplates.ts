import texts from './promptTexts.json';

/** File name of a template: the name that an override in the project has, too. */
export type PromptName = keyof typeof texts;

export const promptNames = Object.keys(texts) as readonly PromptName[];

export interface PromptTemplate {
  readonly name: PromptName;
  readonly text: string;
  /** `project`: the project's own file took the place of ours. */
  readonly from: 'built-in' | 'project';
}

/**
 * The template of a name: the project's own, when it has one that says anything, else ours. `overrides` are the texts of
 * the files in the project's prompt folder, by file name.
 */
export function promptTemplate(
  name: PromptName,
  overrides: Readonly<Record<string, string>> = {},
): PromptTemplate {
  const own = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  if (own !== undefined && own.trim() !== '')
    return { name, text: own.replace(/^\uFEFF/, ''), from: 'project' };
  return { name, text: texts[name], from: 'built-in' };
}
