import type { EditRefusal } from '../model/edit';

/** What became of an edit. */
export type EditOutcome =
  | {
      /** False: the file already said so and was not touched. */
      readonly changed: boolean;
      /** `buffer`: in an open editor, not saved because it was not clean. */
      readonly where: 'disk' | 'buffer';
      /** The whole text that the edit was worked out on, and what it became. */
      readonly before?: string;
      readonly after?: string;
    }
  | { readonly refused: EditRefusal };
