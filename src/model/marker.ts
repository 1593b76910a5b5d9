/**
 * State of a task as its check box says (spec 003, "Task Status Markers", and the wider set of real files):
 * `[ ]` todo, `[~]` or `[/]` doing, `[x]` or `[X]` done, `[!]` blocked, `[-]` skipped, anything else unclear.
 */
export type Marker = 'todo' | 'doing' | 'done' | 'blocked' | 'skipped' | 'unclear';

/** The markers a person can set. `unclear` is only ever read. */
export type SettableMarker = Exclude<Marker, 'unclear'>;

export const settableMarkers: readonly SettableMarker[] = ['todo', 'doing', 'done', 'blocked', 'skipped'];

/** The character written between the brackets when the file shows no habit of its own. */
export const markerCharacter: Readonly<Record<SettableMarker, string>> = {
  todo: ' ',
  doing: '~',
  done: 'x',
  blocked: '!',
  skipped: '-',
};

/** What the character between the brackets means. */
export function markerOf(character: string): Marker {
  switch (character) {
    case ' ':
    case '':
      return 'todo';
    case '~':
    case '/':
      return 'doing';
    case 'x':
    case 'X':
    case '✓':
    case '✔':
      return 'done';
    case '!':
      return 'blocked';
    case '-':
      return 'skipped';
    default:
      return 'unclear';
  }
}

/** The marker as a person reads it. */
export const markerWord: Readonly<Record<Marker, string>> = {
  todo: 'To Do',
  doing: 'In Progress',
  done: 'Done',
  blocked: 'Blocked',
  skipped: 'Skipped',
  unclear: 'Unclear',
};
