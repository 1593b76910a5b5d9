import * as z from 'zod';
import { boardModelOf } from '../../panels/boardModel';
import type { BoardModel, BoardRequest } from '../../shared/boardModel';
import type { PanelKind } from './panelKind';

export const boardPanel: PanelKind<BoardModel, BoardRequest> = {
  name: 'board',
  word: 'Board',
  request: z.strictObject({ kind: z.literal('none') }),
  model({ track, context }) {
    return Promise.resolve({
      status: 'ready',
      model: boardModelOf(track, { readAt: context.ports.clock().getTime() }),
    });
  },
  handle() {
    return Promise.resolve({ ok: true });
  },
};
