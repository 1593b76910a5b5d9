import type { GraphPlace } from '../../shared/graphModel';

/** Texts that are said once and named by their position. */
export class Indexed {
  readonly #positions = new Map<string, number>();

  of(text: string): number {
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    const position = this.#positions.size;
    this.#positions.set(text, position);
    return position;
  }

  place(file: string | undefined, line?: number): GraphPlace | undefined {
    if (file === undefined || file === '') return undefined;
    return line === undefined ? [this.of(file)] : [this.of(file), line];
  }

  get all(): string[] {
    return [...this.#positions.keys()];
  }
}
