import type { CommonRequest, Reply } from '../../src/shared/protocol';
import type { NextAct, TrackRequest } from '../../src/shared/trackModel';

/** Asks the host; the page shows what it says. */
export type Ask = (request: TrackRequest | CommonRequest) => Promise<Reply>;

export function doAct(ask: Ask, { act }: NextAct): void {
  void ask(act);
}
