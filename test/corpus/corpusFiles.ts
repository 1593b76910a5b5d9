import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { decodeText } from '../../src/files/textFile';

/** Real conductor directories, beside the repository where they are at hand. */
export const corpusFolder = resolve(__dirname, '../../../shared/corpus');

export const corpusPresent = existsSync(corpusFolder);

export const corpusMissing =
  'has no corpus here: ../shared/corpus does not exist, so there is nothing to run over';

export interface CorpusFile {
  /** Relative to the corpus, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All text files of one name, whatever its case, decoded. */
export function corpusFiles(name: string): CorpusFile[] {
  return readdirSync(corpusFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.toLowerCase() === name)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .flatMap((file) => {
      const decoded = decodeText(readFileSync(file));
      return decoded ? [{ path: relative(corpusFolder, file).replace(/\\/g, '/'), text: decoded.text }] : [];
    });
}
