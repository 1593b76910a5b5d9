import path from 'node:path';
import type { BoardModel } from '../../../src/shared/boardModel';
import type { PanelState } from '../../../src/shared/protocol';
import { boardStateOf, type BoardModelOptions } from '../../../src/panels/boardModel';
import { readConductor } from '../../../src/store/readConductor';
import { id, type Project } from '../../unit/engine/project';
import { boardFolder, boardProject, kept, runningFiles } from '../../unit/panels/boardProject';

/** Real models of the Board panel: of the sample, and of projects in a temporary folder that are read by the store. */

export type BoardState = PanelState<BoardModel>;

export const readAt = Date.UTC(2026, 10, 20, 14, 32, 8);

export async function sampleBoard(item?: string): Promise<BoardState> {
  const { roots } = await readConductor({ folders: [path.resolve('sample')] });
  const track = roots.flatMap(({ tracks }) => tracks).find(({ bus }) => bus?.board !== undefined);
  if (!track?.bus) throw new Error('The sample has no board meeting on its bus.');
  return boardStateOf(track, {
    readAt,
    resolutionFile: path.join(track.bus.folder, 'board', 'resolution.md'),
    ...(item === undefined ? {} : { item }),
  });
}

/** The state of a project of the board, which is taken away again. */
export async function stateOf(
  make: Promise<Project>,
  o: Partial<BoardModelOptions> = {},
): Promise<BoardState> {
  const project = await make;
  try {
    return boardStateOf(await project.track(id), { readAt, ...o });
  } finally {
    await project.dispose();
  }
}

export const tie = (): Promise<BoardState> =>
  stateOf(
    boardProject([
      {
        ...kept,
        verdict: 'ESCALATE',
        vote_summary: { CA: 'APPROVE', CPO: 'REJECT', CSO: 'ABSTAIN', CFO: 'APPROVE' },
      },
    ]),
  );

export const contradiction = (): Promise<BoardState> =>
  stateOf(
    boardProject([
      {
        ...kept,
        vote_summary: { CA: 'REJECT', CPO: 'REJECT', CSO: 'REJECT', COO: 'APPROVE', CXO: 'APPROVE' },
        vote_corrections: [
          {
            director: 'CA',
            from: 'APPROVE',
            to: 'REJECT',
            by: 'Ada',
            at: '2026-02-01T11:00:00Z',
            note: 'The load test failed',
          },
        ],
      },
    ]),
  );

export const running = (o: Parameters<typeof runningFiles>[0] = {}): Promise<BoardState> =>
  stateOf(boardProject([], runningFiles(o)));

export const manySessions = (item?: string): Promise<BoardState> =>
  stateOf(
    boardProject(
      Array.from({ length: 40 }, (_, i) => ({
        ...kept,
        session_id: `board-${String(i + 1)}`,
        timestamp: new Date(Date.UTC(2026, 1, 1 + i)).toISOString(),
        verdict: i % 3 === 0 ? 'REJECTED' : 'APPROVED',
      })),
    ),
    item === undefined ? {} : { item },
  );

/** Everything that a hostile or careless writer can put into the files. */
export function hostile(): Promise<BoardState> {
  const html =
    '<img src="https://example.org/x.png" onerror="alert(1)"><script>alert(2)</script> [x](javascript:alert(3)) ![y](https://example.org/y.png)';
  const long = 'Endless'.repeat(72);
  const rtl = '\u202Eשלום עולם, זה בדיקה\u202C';
  return stateOf(
    boardProject(
      [
        {
          ...kept,
          checkpoint: html,
          vote_summary: { ...kept.vote_summary, [long]: html, [rtl]: 'APPROVE', '<b>': '<b>' },
          conditions: [`${long} (CA)`, html, rtl],
          dissent: [html, long, rtl],
        },
      ],
      {
        ...runningFiles({
          session: { status: html, proposal: { proposal: html, context: long } },
          discussion: [
            { from: html, to: long, type: rtl, message: html },
            { from: 'CA', to: html, message: long, timestamp: 'yesterday' },
            { from: 'CPO', to: 'CA', message: rtl },
          ]
            .map((line) => `${JSON.stringify(line)}\n`)
            .join(''),
        }),
        [`${boardFolder}/assessments.json`]: {
          CA: {
            verdict: html,
            score: 'NaN',
            breakdown: { system_design: 99, [long]: -1 },
            key_points: [html, long, rtl],
            concerns: [long],
          },
          [html]: { verdict: 'APPROVE', score: 1e300, key_points: [rtl] },
        },
      },
      { name: `${html} ${rtl} ${long}`, board_conditions: [html] },
    ),
  );
}
