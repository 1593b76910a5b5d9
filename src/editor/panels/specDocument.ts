import { open, stat } from 'node:fs/promises';
import { decodeText } from '../../files/textFile';
import type { Track } from '../../model/track';
import type { SpecPicture } from '../../shared/trackModel';
import { containedPath } from '../../store/contain';
import { megabytes } from '../../store/limits';
import { markdownHtml } from './markdownHtml';

/** More of a spec.md than this is not rendered, bytes: the largest known has 104 kB, and hostile Markdown costs more than its length. */
const mostBytes = 112 * 1024;

interface Rendered {
  /** Size and time of the file that was rendered. */
  readonly stamp: string;
  readonly picture: SpecPicture;
}

const rendered = new Map<string, Rendered>();
/** Documents that are kept rendered. */
const mostKept = 20;

/** spec.md of a track, rendered; never throws: what could not be read is said in `note`. */
export async function specOf(track: Track): Promise<SpecPicture> {
  const file = track.documents.spec;
  if (file === undefined) {
    return {
      note:
        track.folder === undefined ? 'There is no folder, so there is no spec.md.' : 'There is no spec.md.',
    };
  }
  const place = { file };
  try {
    const real = await containedPath(track.root, file);
    if (real === undefined) {
      return { place, note: 'spec.md leads out of the conductor directory and was not read.' };
    }
    return await readSpec(real, place);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { place, note: `spec.md could not be read: ${why}` };
  }
}

async function readSpec(real: string, place: { readonly file: string }): Promise<SpecPicture> {
  // Asked before opening: a pipe would wait for its writer.
  const { size, mtimeMs, isFile } = await about(real);
  if (!isFile) return { place, note: 'spec.md is not a file.' };
  const stamp = `${String(size)} ${String(mtimeMs)}`;
  const known = rendered.get(real);
  if (known?.stamp === stamp) return known.picture;
  const handle = await open(real, 'r');
  try {
    const bytes = new Uint8Array(Math.min(size, mostBytes));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const picture = await pictureOf(bytes.subarray(0, bytesRead), size > mostBytes, size, place);
    rendered.delete(real);
    rendered.set(real, { stamp, picture });
    const [oldest] = rendered.keys();
    if (rendered.size > mostKept && oldest !== undefined) rendered.delete(oldest);
    return picture;
  } finally {
    await handle.close();
  }
}

async function about(real: string): Promise<{ size: number; mtimeMs: number; isFile: boolean }> {
  const found = await stat(real);
  return { size: found.size, mtimeMs: found.mtimeMs, isFile: found.isFile() };
}

async function pictureOf(
  bytes: Uint8Array,
  isCut: boolean,
  size: number,
  place: { readonly file: string },
): Promise<SpecPicture> {
  const text = decodeText(isCut ? wholeLines(bytes) : bytes)?.text;
  if (text === undefined) return { place, note: 'spec.md is not a text file.' };
  if (text.trim() === '') return { place, note: 'spec.md is empty.' };
  return {
    place,
    html: await markdownHtml(text),
    ...(isCut
      ? {
          note: `spec.md has ${megabytes(size)}; the first ${megabytes(mostBytes)} are shown. Open it to read on.`,
        }
      : {}),
  };
}

/** Up to the last line end, so that no character is cut in two; UTF-16 is cut at a whole unit. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isWide) return bytes.subarray(0, bytes.length - (bytes.length % 2));
  const lineEnd = bytes.lastIndexOf(0x0a);
  if (lineEnd > 0) return bytes.subarray(0, lineEnd + 1);
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, Math.max(0, end - 1));
}
