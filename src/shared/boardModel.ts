/** What the Board panel shows, at one moment. */
export interface BoardModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
}

/** What the Board panel's page may ask, beyond CommonRequest. */
export type BoardRequest = { readonly kind: 'none' };

/** Where one is in the page. */
export type BoardLayout = Readonly<Record<string, never>>;
