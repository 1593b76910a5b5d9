import * as z from 'zod';
import { gateModelOf } from '../../panels/gateModel';
import type { GateModel, GateRequest } from '../../shared/gateModel';
import type { PanelKind } from './panelKind';

export const gatePanel: PanelKind<GateModel, GateRequest> = {
  name: 'gate',
  word: 'Gate',
  request: z.strictObject({ kind: z.literal('none') }),
  model({ track, context }) {
    return Promise.resolve({
      status: 'ready',
      model: gateModelOf(track, { readAt: context.ports.clock().getTime() }),
    });
  },
  handle() {
    return Promise.resolve({ ok: true });
  },
};
