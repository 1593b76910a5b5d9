import { applyEdits } from '../files/textEdit';
import type { EditOutcome, EditRequest } from '../store/fileEditor';
import type { Ports } from './ports';

/**
 * A semantic edit of a file that may not be there yet: then the change is worked out on `begin` (default: an empty text)
 * and the file is made with the result. A change without edits makes no file.
 */
export async function editOrCreate(
  ports: Pick<Ports, 'editor'>,
  request: EditRequest & { readonly begin?: string },
): Promise<EditOutcome> {
  const { begin = '', ...edit } = request;
  const outcome = await ports.editor.edit(edit);
  if (!('refused' in outcome) || outcome.refused.code !== 'file-missing') return outcome;
  const result = edit.change(begin);
  if ('refused' in result) return result;
  if (result.edits.length === 0) return { changed: false, where: 'disk', before: begin, after: begin };
  const made = await ports.editor.create({
    root: edit.root,
    file: edit.file,
    text: applyEdits(begin, result.edits),
  });
  // Somebody was quicker: the change is made on what they wrote.
  return 'refused' in made && made.refused.code === 'exists' ? ports.editor.edit(edit) : made;
}
