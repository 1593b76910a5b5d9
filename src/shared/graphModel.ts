/** What the Graph panel shows, at one moment. */
export interface GraphModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
}

/** What the Graph panel's page may ask, beyond CommonRequest. */
export type GraphRequest = { readonly kind: 'none' };

/** Where one is in the page. */
export type GraphLayout = Readonly<Record<string, never>>;
