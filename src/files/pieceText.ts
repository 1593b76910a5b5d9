import type { TextEdit } from '../model/edit';

type Piece = { readonly start: number; readonly end: number } | { readonly text: string };

/**
 * A text under several edits, each worked out on the result of the one before. Remembers which pieces are still the
 * original's, so that the whole can be given as edits against the original.
 */
export class PieceText {
  private pieces: Piece[];

  constructor(private readonly original: string) {
    this.pieces = [{ start: 0, end: original.length }];
  }

  /** The text as it is now. */
  get text(): string {
    return this.pieces.map((piece) => this.textOf(piece)).join('');
  }

  /** Makes edits whose offsets count in the present text. They must not overlap. */
  apply(edits: readonly TextEdit[]): void {
    for (const edit of [...edits].sort((a, b) => b.start - a.start || b.end - a.end)) {
      const before = this.slice(0, edit.start);
      const after = this.slice(edit.end, Number.POSITIVE_INFINITY);
      this.pieces = [...before, ...(edit.text ? [{ text: edit.text }] : []), ...after];
    }
  }

  /** All edits so far, with offsets in the original, in order, apart from each other. */
  edits(): TextEdit[] {
    const edits: TextEdit[] = [];
    let position = 0;
    let inserted = '';
    const flush = (end: number): void => {
      if (inserted || end > position) edits.push({ start: position, end, text: inserted });
      inserted = '';
    };
    for (const piece of this.pieces) {
      if ('text' in piece) {
        inserted += piece.text;
      } else {
        flush(piece.start);
        position = piece.end;
      }
    }
    flush(this.original.length);
    return edits;
  }

  private textOf(piece: Piece): string {
    return 'text' in piece ? piece.text : this.original.slice(piece.start, piece.end);
  }

  private slice(from: number, to: number): Piece[] {
    const result: Piece[] = [];
    let at = 0;
    for (const piece of this.pieces) {
      const length = 'text' in piece ? piece.text.length : piece.end - piece.start;
      const start = Math.max(from - at, 0);
      const end = Math.min(to - at, length);
      if (start < end) {
        result.push(
          'text' in piece
            ? { text: piece.text.slice(start, end) }
            : { start: piece.start + start, end: piece.start + end },
        );
      }
      at += length;
    }
    return result;
  }
}
