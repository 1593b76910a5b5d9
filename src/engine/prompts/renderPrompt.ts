/** Why a template cannot be rendered: every placeholder that has no value, with its line. */
export class PromptTemplateError extends Error {
  override readonly name = 'PromptTemplateError';

  constructor(
    readonly template: string,
    readonly unknown: readonly { readonly name: string; readonly line: number }[],
  ) {
    super(
      `The prompt template ${template} has placeholders that nothing is known for: ${unknown
        .map(({ name, line }) => `{${name}} on line ${line}`)
        .join(', ')}. Correct the name, or write {{name}} for the word in braces itself.`,
    );
  }
}

/** `{name}` is a placeholder, `{{name}}` the text `{name}`. Other braces are text. */
const placeholder = /\{\{([a-z][a-z0-9_]*)\}\}|\{([a-z][a-z0-9_]*)\}/g;

/**
 * A template with its values, inserted as they stand: nothing in a value is run, escaped or read as a placeholder again.
 * @throws PromptTemplateError when a placeholder has no value.
 */
export function renderPrompt(
  template: string,
  values: Readonly<Record<string, string>>,
  name = 'template',
): string {
  const unknown: { name: string; line: number }[] = [];
  const text = template.replace(
    placeholder,
    (whole, literal: string | undefined, key: string, offset: number) => {
      if (literal !== undefined) return `{${literal}}`;
      if (Object.hasOwn(values, key)) return values[key]!;
      unknown.push({ name: key, line: template.slice(0, offset).split('\n').length });
      return whole;
    },
  );
  if (unknown.length > 0) throw new PromptTemplateError(name, unknown);
  return text;
}

/** Names of the placeholders of a template, each once. */
export function placeholdersOf(template: string): string[] {
  return [
    ...new Set([...template.matchAll(placeholder)].flatMap(([, , key]) => (key === undefined ? [] : [key]))),
  ];
}
