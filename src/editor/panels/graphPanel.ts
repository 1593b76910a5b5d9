import * as z from 'zod';
import { graphModelOf } from '../../panels/graphModel';
import type { GraphModel, GraphRequest } from '../../shared/graphModel';
import type { PanelKind } from './panelKind';

export const graphPanel: PanelKind<GraphModel, GraphRequest> = {
  name: 'graph',
  word: 'Graph',
  request: z.strictObject({ kind: z.literal('none') }),
  model({ track, context }) {
    return Promise.resolve({
      status: 'ready',
      model: graphModelOf(track, { readAt: context.ports.clock().getTime() }),
    });
  },
  handle() {
    return Promise.resolve({ ok: true });
  },
};
