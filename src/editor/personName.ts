import { dirname } from 'node:path';
import { personName as nameInGit } from '../store/git';

/** A name is asked for again after this long, ms: a panel that follows running agents would ask several times a second. */
const holds = 3000;
const names = new Map<string, { readonly at: number; readonly name: Promise<string | undefined> }>();

/**
 * Who does what is done in this window, as it is written down beside a decision, vote or condition: git's user.name in
 * the project of a conductor directory. Undefined where git knows none; then `person` is written.
 * @param root absolute path of the conductor directory
 */
export function personName(root: string): Promise<string | undefined> {
  const folder = dirname(root);
  const now = performance.now();
  const known = names.get(folder);
  if (known && now - known.at < holds) return known.name;
  const name = nameInGit(folder).then((found) => (found === '' ? undefined : found));
  names.set(folder, { at: now, name });
  return name;
}
