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
  const plain = (root: Root): string => folders.get(root.workspaceFolder) ?? root.workspaceFolder;
  return new Map(
    roots.map((root) => {
      const place = relative(root.workspaceFolder, root.path).replaceAll('\\', '/');
      const alone = roots.filter((other) => plain(other) === plain(root)).length === 1;
      const usual = place === '' || /^\.?conductor$/i.test(place);
      // The directory itself is called conductor nearly everywhere: the folder around it says more.
      const said = place.replace(/\/\.?conductor$/i, '');
      return [root.path, alone && usual ? plain(root) : `${plain(root)} (${said === '' ? '.' : said})`];
    }),
  );
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
