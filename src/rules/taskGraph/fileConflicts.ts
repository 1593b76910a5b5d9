/** Two tasks that may run at once and name the same file (spec 003, "Parallel Groups"). */
export interface FileConflict {
  readonly tasks: readonly [string, string];
  /** Each file once, as the first of the two writes it. */
  readonly files: readonly string[];
  /** The parallel group that both are in. Absent: they only stand on one topological level. */
  readonly group?: string;
  /** Neither is done or skipped. */
  readonly open: boolean;
}

export interface FileUser {
  readonly id: string;
  readonly files: readonly string[];
  readonly group?: string;
  /** Topological level. */
  readonly level: number;
  readonly open: boolean;
}

/** Of more tasks that share a file only neighbours are paired: n − 1 pairs show as much as n². */
const mostPaired = 8;
/** Edges that may be followed to find out whether one task of a group comes after another. */
const searchBudget = 500_000;

/**
 * Pairs that share a file and are in one group or on one level. Tasks of a group of which one waits for the other do not
 * run at once. Each pair once, in the order given.
 */
export function fileConflicts(
  users: readonly FileUser[],
  dependenciesOf: (id: string) => readonly string[],
): FileConflict[] {
  const comesAfter = reachability(users, dependenciesOf);
  const conflicts = new Map<string, FileConflict>();
  const places = new Map<string, { file: string; users: FileUser[] }>();
  const use = (place: string, file: string, user: FileUser): void => {
    const known = places.get(place);
    if (known) known.users.push(user);
    else places.set(place, { file, users: [user] });
  };
  for (const user of users) {
    const seen = new Set<string>();
    for (const file of user.files) {
      const plain = plainPath(file);
      if (plain === '' || seen.has(plain)) continue;
      seen.add(plain);
      if (user.group !== undefined) use(`group ${user.group.length} ${user.group} ${plain}`, file, user);
      use(`level ${user.level} ${plain}`, file, user);
    }
  }
  for (const { file, users: sharing } of places.values()) {
    for (const [a, b] of pairsOf(sharing)) {
      if (a.level !== b.level && comesAfter(a, b)) continue;
      const key = JSON.stringify([a.id, b.id]);
      const known = conflicts.get(key);
      if (known?.files.some((other) => plainPath(other) === plainPath(file))) continue;
      conflicts.set(key, {
        tasks: [a.id, b.id],
        files: [...(known?.files ?? []), file],
        group: a.group === b.group ? a.group : undefined,
        open: a.open && b.open,
      });
    }
  }
  return [...conflicts.values()];
}

function pairsOf(users: readonly FileUser[]): [FileUser, FileUser][] {
  if (users.length > mostPaired) return users.slice(1).map((user, i) => [users[i]!, user]);
  return users.flatMap((a, i) => users.slice(i + 1).map((b): [FileUser, FileUser] => [a, b]));
}

/** Whether one of two tasks waits, directly or not, for the other. When the budget is used up: no. */
function reachability(
  users: readonly FileUser[],
  dependenciesOf: (id: string) => readonly string[],
): (a: FileUser, b: FileUser) => boolean {
  const levelOf = new Map(users.map(({ id, level }) => [id, level]));
  let budget = searchBudget;
  return (a, b) => {
    const [upper, lower] = a.level < b.level ? [a, b] : [b, a];
    const seen = new Set([lower.id]);
    const stack = [lower.id];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      for (const next of dependenciesOf(id)) {
        if (next === upper.id) return true;
        if (--budget < 0) return false;
        if (seen.has(next) || (levelOf.get(next) ?? -1) <= upper.level) continue;
        seen.add(next);
        stack.push(next);
      }
    }
    return false;
  };
}

function plainPath(path: string): string {
  return path.trim().replaceAll('\\', '/').replace(/^\.\//, '');
}
