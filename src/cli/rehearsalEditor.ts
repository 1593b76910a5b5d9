import { access, readFile } from 'node:fs/promises';
import { applyEdits } from '../files/textEdit';
import { decodeText } from '../files/textFile';
import { containedPath } from '../store/contain';
import type { CreateRequest, EditOutcome, EditRequest, FileEditor } from '../store/fileEditor';

/** Works every edit out on the real files and writes nothing: what `--dry-run` runs the engine on. */
export class RehearsalEditor implements FileEditor {
  async edit({ root, file, change }: EditRequest): Promise<EditOutcome> {
    const path = await containedPath(root, file);
    if (path === undefined) return refuse('outside-root', `${file} does not lie in ${root}.`);
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) return refuse('file-missing', `${path} could not be read.`);
    const decoded = decodeText(bytes);
    if (!decoded) return refuse('binary', `${path} is not a text file.`);
    const result = change(decoded.text);
    if ('refused' in result) return result;
    const after = applyEdits(decoded.text, result.edits);
    return { changed: after !== decoded.text, where: 'disk', before: decoded.text, after };
  }

  async create({ root, file, text }: CreateRequest): Promise<EditOutcome> {
    const path = await containedPath(root, file);
    if (path === undefined) return refuse('outside-root', `${file} does not lie in ${root}.`);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return refuse('exists', `${path} is already there.`);
    return { changed: true, where: 'disk', before: '', after: text };
  }
}

function refuse(code: string, message: string): EditOutcome {
  return { refused: { code, message } };
}
