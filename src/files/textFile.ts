/** How the bytes of a text file were written, so that they can be written back the same way. */
export type Encoding = 'utf8' | 'utf8bom' | 'utf16le' | 'utf16be' | 'latin1';

/** Text of a file without its byte order mark, and how to write it back. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: Encoding;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes the bytes of a file. UTF-8 and UTF-16 are told by their byte order mark, else UTF-8 is assumed; bytes that are
 * not valid UTF-8 are read as Latin-1, so that every one of them survives. For whatever decodes,
 * `encodeText` gives the very same bytes back.
 * @returns undefined when the file is not text: it holds NUL characters.
 */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === 0xff && buffer[1] === 0xfe && buffer.length % 2 === 0) {
    return textOrBinary(buffer.toString('utf16le', 2), 'utf16le');
  }
  if (buffer[0] === 0xfe && buffer[1] === 0xff && buffer.length % 2 === 0) {
    return textOrBinary(Buffer.from(buffer.subarray(2)).swap16().toString('utf16le'), 'utf16be');
  }
  if (buffer.includes(0)) {
    return undefined;
  }
  const hasBom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  try {
    return {
      text: utf8.decode(hasBom ? buffer.subarray(3) : buffer),
      encoding: hasBom ? 'utf8bom' : 'utf8',
    };
  } catch {
    // Not UTF-8. Latin-1 maps each byte to one character, so nothing is lost.
    return { text: buffer.toString('latin1'), encoding: 'latin1' };
  }
}

/**
 * The bytes of a text in the given encoding, with its byte order mark. A character that Latin-1 does not have
 * is written as UTF-8: such files are nearly always UTF-8 with a few damaged bytes.
 */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'utf8bom':
      return Buffer.from(`\uFEFF${text}`, 'utf8');
    case 'utf16le':
      return Buffer.from(`\uFEFF${text}`, 'utf16le');
    case 'utf16be':
      return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
    case 'latin1':
      return Buffer.from(
        text.replace(/[^\u0000-\u00FF]+/g, (wide) => Buffer.from(wide, 'utf8').toString('latin1')),
        'latin1',
      );
  }
}

function textOrBinary(text: string, encoding: Encoding): DecodedText | undefined {
  return text.includes('\0') ? undefined : { text, encoding };
}
