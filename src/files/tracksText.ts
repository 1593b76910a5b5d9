import type { TextRange } from '../model/plan';
import type { TextProblem } from '../model/problem';
import type { RegistryEntry } from '../model/registry';
import type { MarkdownTable, TableRow } from './markdownTable';
import type { TracksLine } from './tracksLines';

/** An entry of tracks.md with the places that an editor of the file needs. */
export interface TrackEntry extends RegistryEntry {
  /** Indices of its first and last line in `lines`. */
  readonly first: number;
  readonly last: number;
  /** The text of the Status cell or field; absent when it has none or holds a box. */
  readonly statusRange?: TextRange;
  readonly stepRange?: TextRange;
  /** For table rows. */
  readonly table?: TrackTable;
  readonly row?: TableRow;
}

/** tracks.md as read, with everything that can be pointed at. */
export interface TracksText {
  readonly text: string;
  readonly lines: readonly TracksLine[];
  readonly entries: readonly TrackEntry[];
  readonly tables: readonly TrackTable[];
  /** Headings that are no entries. */
  readonly sections: readonly TracksSection[];
  readonly problems: readonly TextProblem[];
}

export interface TracksSection {
  readonly name: string;
  readonly level: number;
  readonly index: number;
  /** Index of the first line behind it. */
  readonly endIndex: number;
}

/** What a column of a table of tracks is for, told by its header (FORMATS §11: order and wording vary). */
export type ColumnRole =
  | 'id'
  | 'name'
  | 'type'
  | 'status'
  | 'step'
  | 'progress'
  | 'created'
  | 'updated'
  | 'completed'
  | 'summary'
  | 'priority'
  | 'other';

export interface TrackTable {
  readonly table: MarkdownTable;
  /** Headers in lower case, without markup. */
  readonly headers: readonly string[];
  readonly roles: readonly ColumnRole[];
  readonly section?: string;
  /** It holds completed tracks: has a date of completion and no status. */
  readonly completed: boolean;
}
