/** Replace the UTF-16 range [start, end) of the current text by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Why an edit was not made. The file is untouched. */
export interface EditRefusal {
  /** Stable machine name in kebab case: `task-not-found`, `sub-tasks-open`, `json-invalid`, `file-busy`, … */
  readonly code: string;
  /** What happened, where, what to do: for a person. */
  readonly message: string;
}

/** A semantic edit worked out on one text: the smallest text edits that do it (none: it already says so), or why not. */
export type EditResult = { readonly edits: readonly TextEdit[] } | { readonly refused: EditRefusal };
