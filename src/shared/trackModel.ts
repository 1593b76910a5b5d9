/** What the Track panel shows, at one moment. */
export interface TrackModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
}

/** What the Track panel's page may ask, beyond CommonRequest. */
export type TrackRequest = { readonly kind: 'none' };

/** Where one is in the page. */
export type TrackLayout = Readonly<Record<string, never>>;
