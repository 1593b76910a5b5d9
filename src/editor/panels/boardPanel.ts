import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { trackRefusal } from '../../engine/metadataEdit';
import { boardStateOf } from '../../panels/boardModel';
import type { BoardModel, BoardRequest } from '../../shared/boardModel';
import { personName } from '../personName';
import { BoardActs } from './boardActs';
import { boardRequest } from './boardRequests';
import type { PanelKind } from './panelKind';

const acts = new BoardActs();

/** The Board panel: a meeting's directors, discussion, votes and conditions, and what a person does about them. */
export const boardPanel: PanelKind<BoardModel, BoardRequest> = {
  name: 'board',
  word: 'Board',
  request: boardRequest,
  async model({ track, context, subject }) {
    const frozen = trackRefusal(track)?.message;
    const resolution = track.bus && join(track.bus.folder, 'board', 'resolution.md');
    const resolutionFile = resolution !== undefined && (await isFile(resolution)) ? resolution : undefined;
    return boardStateOf(track, {
      readAt: context.ports.clock().getTime(),
      ...(subject.item === undefined ? {} : { item: subject.item }),
      ...(frozen === undefined ? {} : { frozen }),
      ...(resolutionFile === undefined ? {} : { resolutionFile }),
    });
  },
  handle(view, request) {
    const { context, subject } = view;
    if (request.kind === 'turnTo') {
      view.turnTo(request.item);
      return Promise.resolve({ ok: true });
    }
    return acts.do(
      {
        ports: context.ports,
        track: () => context.source.track(subject),
        refresh: () => context.source.refresh(),
        by: (track) => personName(track.root),
      },
      request,
    );
  },
};

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not to be read: then there is no link to it.
    return false;
  }
}
