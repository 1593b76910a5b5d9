import { basename, relative } from 'node:path';

interface Root {
  readonly path: string;
  readonly workspaceFolder: string;
}

/**
 * What each root is called where there are several, by path: the workspace folder's name, and the root's place in it
 * when that is not `conductor` at the top or the name alone does not tell it from the others: "shop",
 * "shop (apps/a/conductor)". Workspace folders that share a name are told apart by the folders above them: "apps/web".
 */
export function rootTitles(roots: readonly Root[]): ReadonlyMap<string, string> {
  const folders = folderNames([...new Set(roots.map((root) => root.workspaceFolder))]);
  const nameOf = (root: Root): string => folders.get(root.workspaceFolder) ?? root.workspaceFolder;
  return new Map(
    roots.map((root) => {
      const name = nameOf(root);
      const beside = roots.filter((other) => other !== root && nameOf(other) === name);
      if (beside.length === 0 && isUsual(rootPlace(root))) return [root.path, name];
      // The directory itself is called conductor nearly everywhere: the folder around it says more.
      const short = shortPlace(root);
      const place = beside.some((other) => shortPlace(other) === short) ? rootPlace(root) : short;
      return [root.path, `${name} (${place})`];
    }),
  );
}

function isUsual(place: string): boolean {
  return /^(?:\.|\.?conductor)$/i.test(place);
}

function shortPlace(root: Root): string {
  return rootPlace(root).replace(/\/\.?conductor$/i, '');
}

/** Where a root lies in the folder that it was found in. */
export function rootPlace(root: Root): string {
  const inside = relative(root.workspaceFolder, root.path).replaceAll('\\', '/');
  return inside === '' ? '.' : inside;
}

/** The shortest ends of the paths that differ from each other. */
function folderNames(folders: readonly string[]): ReadonlyMap<string, string> {
  const end = (folder: string, parts: number): string =>
    parts === 1 ? basename(folder) : folder.split(/[\\/]/).slice(-parts).join('/');
  return new Map(
    folders.map((folder) => {
      let parts = 1;
      const most = folder.split(/[\\/]/).length;
      while (
        parts < most &&
        folders.some((other) => other !== folder && end(other, parts) === end(folder, parts))
      )
        parts++;
      return [folder, end(folder, parts)];
    }),
  );
}
