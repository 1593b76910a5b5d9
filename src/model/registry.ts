import type { Marker } from './marker';
import type { TextRange } from './plan';
import type { TextProblem } from './problem';

/** tracks.md: the registry of tracks, in any of the forms of FORMATS §11. Lines are 1-based. */
export interface Registry {
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly TextProblem[];
}

export type RegistryForm = 'heading' | 'list' | 'table' | 'comment';

export interface RegistryEntry {
  /** Folder name or id as the entry states it (id column, link target, back-ticked id, …); absent when it names none. */
  readonly id?: string;
  readonly name?: string;
  readonly marker?: Marker;
  readonly markerRange?: TextRange;
  /** Text of a Status cell or `**Status:**` line. */
  readonly status?: string;
  /** Text of a Step cell. */
  readonly step?: string;
  readonly progress?: string;
  /** Link targets as written, in order. */
  readonly links: readonly string[];
  /** Heading that it stands under, e.g. "Completed Tracks". */
  readonly section?: string;
  readonly form: RegistryForm;
  readonly line: number;
  readonly endLine: number;
  readonly archived: boolean;
  /** For table rows: cell text by lower-case header name. */
  readonly cells: Readonly<Record<string, string>>;
}
