import { field, itemsOf, recordOf, textField, type Loose } from './looseValues';

/** Where something stands in a parsed JSON value. */
export type JsonPath = readonly (string | number)[];

/**
 * The session file of the board's folder that was begun last, by the time in its name, however that is spelled
 * ("board-20260201-120000", "board-20260201120000": FORMATS §4.10).
 */
export function newestSessionFile(names: readonly string[]): string | undefined {
  const timeIn = (name: string) => name.replace(/\D/g, '');
  return names
    .filter((name) => /^session-.*\.json$/.test(name))
    .sort((a, b) => (timeIn(a) === timeIn(b) ? (a < b ? -1 : 1) : timeIn(a) < timeIn(b) ? -1 : 1))
    .at(-1);
}

/** Path of a session in metadata.json: in `board_sessions` of the root, or of `loop_state` where older files keep it. */
export function sessionPathIn(raw: Loose, sessionId: string): JsonPath | undefined {
  const places: readonly [JsonPath, unknown][] = [
    [['board_sessions'], field(raw, 'board_sessions')],
    [['loop_state', 'board_sessions'], field(recordOf(field(raw, 'loop_state')), 'board_sessions')],
  ];
  for (const [path, list] of places) {
    if (!Array.isArray(list)) continue;
    const index = list.findIndex(
      (item) => textField(recordOf(item), 'session_id', 'sessionId', 'id') === sessionId,
    );
    if (index >= 0) return [...path, index];
  }
  return undefined;
}

/**
 * Path of a director's vote below a session, whatever form the session has its votes in, and what stands there now.
 * A vote that is not there yet gets the place that its list would give it.
 */
export function votePathIn(
  session: Loose,
  director: string,
): { readonly path: JsonPath; readonly value: unknown } {
  const key = field(session, 'votes') === undefined ? 'vote_summary' : 'votes';
  const votes = field(session, key);
  if (Array.isArray(votes)) {
    // The last one counts (votesOf).
    const index = itemsOf(votes).findLastIndex((vote) =>
      isNamed(textField(recordOf(vote), 'director', 'source', 'from'), director),
    );
    return index >= 0 ? { path: [key, index], value: votes[index] } : { path: [key, -1], value: undefined };
  }
  const name = directorKeyIn(recordOf(votes) ?? {}, director);
  return { path: [key, name], value: field(recordOf(votes), name) };
}

/** The director's name as the object spells it, else as it is. Of several spellings the last, whose vote counts. */
export function directorKeyIn(votes: Readonly<Record<string, unknown>>, director: string): string {
  return Object.keys(votes).findLast((key) => isNamed(key, director)) ?? director;
}

function isNamed(written: string | undefined, director: string): boolean {
  return written?.trim().toUpperCase() === director;
}
