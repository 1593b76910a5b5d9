/** What the Gate panel shows, at one moment. */
export interface GateModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
}

/** What the Gate panel's page may ask, beyond CommonRequest. */
export type GateRequest = { readonly kind: 'none' };

/** Where one is in the page. */
export type GateLayout = Readonly<Record<string, never>>;
