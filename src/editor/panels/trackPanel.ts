import * as z from 'zod';
import { trackModelOf } from '../../panels/trackModel';
import type { TrackModel, TrackRequest } from '../../shared/trackModel';
import type { PanelKind } from './panelKind';

export const trackPanel: PanelKind<TrackModel, TrackRequest> = {
  name: 'track',
  word: 'Track',
  request: z.strictObject({ kind: z.literal('none') }),
  model({ track, context }) {
    return Promise.resolve({
      status: 'ready',
      model: trackModelOf(track, { readAt: context.ports.clock().getTime() }),
    });
  },
  handle() {
    return Promise.resolve({ ok: true });
  },
};
