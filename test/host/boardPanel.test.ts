import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import * as vscode from 'vscode';
import type { OpenPanel } from '../../src/editor/panels/openPanel';
import type { BoardModel, BoardRequest } from '../../src/shared/boardModel';
import type { HostMessage, PanelState, Reply } from '../../src/shared/protocol';
import { activated, inTrack, Person, reset, row, run, text, until, write } from './support/host';

type Panel = OpenPanel<unknown, unknown>;

const CART = 'cart_20260101';
const METADATA = inTrack(CART, 'metadata.json');
const BOARD = inTrack(CART, '.message-bus', 'board');
const early = {
  session_id: 'board-1',
  checkpoint: 'EVALUATE_PLAN',
  verdict: 'APPROVED',
  vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', COO: 'REJECT', CXO: 'APPROVE' },
  conditions: ['Add caching (CA)'],
  timestamp: '2026-02-01T12:00:00Z',
};
const late = { ...early, session_id: 'board-2', checkpoint: 'EVALUATE_EXECUTION', conditions: [] };

interface Opened {
  readonly panel: Panel;
  readonly sent: HostMessage<BoardModel>[];
}

interface Session {
  readonly vote_summary: Readonly<Record<string, string>>;
  readonly vote_corrections?: readonly unknown[];
}
const sessionsOnDisk = (): Session[] =>
  (JSON.parse(text(METADATA)) as { board_sessions: Session[] }).board_sessions;

const openPanels = async (): Promise<readonly Panel[]> => (await (await activated()).panels()).openPanels();

async function hold(...sessions: object[]): Promise<void> {
  const metadata = JSON.parse(text(METADATA)) as object;
  write(METADATA, `${JSON.stringify({ ...metadata, board_sessions: sessions }, null, 2)}\n`);
  await (await activated()).context.source.refresh();
}

/** Opens the panel from a row, and follows what it is sent. */
async function open(...path: string[]): Promise<Opened> {
  await run(new Person(), 'openBoard', await row(...path));
  const panel = await until('the board panel', async () =>
    (await openPanels()).find(({ kind }) => kind.name === 'board'),
  );
  const sent: HostMessage<BoardModel>[] = [];
  const { webview } = panel.panel;
  const post = webview.postMessage.bind(webview);
  webview.postMessage = (message: HostMessage<BoardModel>) => {
    sent.push(message);
    return post(message);
  };
  panel.refresh();
  return { panel, sent };
}

function stateOf({ sent }: Opened, fits: (state: PanelState<BoardModel>) => boolean) {
  return until('the state', () => {
    const state = sent.flatMap((message) => (message.type === 'state' ? [message.state] : [])).at(-1);
    return state && fits(state) ? state : undefined;
  });
}

async function modelOf(opened: Opened, fits: (model: BoardModel) => boolean): Promise<BoardModel> {
  const state = await stateOf(opened, (one) => one.status === 'ready' && fits(one.model));
  assert.ok(state.status === 'ready');
  return state.model;
}

let asked = 7_000_000;
async function ask({ panel, sent }: Opened, request: BoardRequest): Promise<Reply> {
  const id = asked++;
  await panel.receive({ type: 'request', id, request });
  return until('a reply', () =>
    sent.flatMap((message) => (message.type === 'reply' && message.id === id ? [message.reply] : [])).at(0),
  );
}

describe('board panel', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
  });
  beforeEach(reset);
  afterEach(reset);

  it('says what to do where the board has not met', async () => {
    const state = await stateOf(await open('Active', 'Line ends'), ({ status }) => status === 'empty');
    assert.ok(state.status === 'empty');
    assert.equal(state.title, 'The board has not met on this track.');
  });

  it('opens the meeting of its row, and turns to another', async () => {
    await hold(early, late);
    const opened = await open('Active', 'Cart', 'Board', 'EVALUATE PLAN');
    await modelOf(opened, ({ session }) => session?.id === 'board-1');
    assert.ok((await ask(opened, { kind: 'turnTo', item: 'board-2' })).ok);
    await modelOf(opened, ({ session }) => session?.id === 'board-2');
    assert.equal(opened.panel.subject.item, 'board-2');
  });

  it('corrects a vote once, however often it is sent, and shows what is then on disk', async () => {
    await hold(early);
    const opened = await open('Active', 'Cart');
    await modelOf(opened, ({ session }) => session?.verdict.word === 'Approved 4 to 1');
    const vote: BoardRequest = {
      kind: 'castVote',
      token: 'one form',
      sessionId: 'board-1',
      director: 'COO',
      verdict: 'APPROVE',
      note: 'heard again',
      seen: 'REJECT',
    };
    const replies = await Promise.all([ask(opened, vote), ask(opened, vote)]);
    assert.ok(
      replies.every(({ ok }) => ok),
      JSON.stringify(replies),
    );
    assert.equal(sessionsOnDisk()[0]?.vote_summary['COO'], 'APPROVE');
    assert.equal(sessionsOnDisk()[0]?.vote_corrections?.length, 1);
    await modelOf(opened, ({ session }) => session?.verdict.word === 'Approved 5 to 0');
    const stale = await ask(opened, { ...vote, token: 'an older form' });
    assert.match(stale.message ?? '', /has voted APPROVE since this form was opened/);
  });

  it('marks a condition met with its evidence', async () => {
    await hold(early);
    const opened = await open('Active', 'Cart');
    await modelOf(opened, ({ conditions }) => conditions[0]?.verdict.word === 'Open');
    const reply = await ask(opened, {
      kind: 'markCondition',
      token: 'mark',
      condition: 'Add caching (CA)',
      met: true,
      note: 'seen in the profile',
    });
    assert.ok(reply.ok, reply.message);
    await modelOf(opened, ({ conditions }) => conditions[0]?.verdict.word === 'Met');
  });

  it('follows a meeting that runs on the bus', async () => {
    mkdirSync(BOARD, { recursive: true });
    write(
      inTrack(CART, '.message-bus', 'board', 'session-board-3.json'),
      JSON.stringify({ session_id: 'board-3', checkpoint: 'EVALUATE_PLAN', status: 'VOTING' }),
    );
    await (await activated()).context.source.refresh();
    const opened = await open('Active', 'Cart');
    await modelOf(opened, ({ session }) => session?.verdict.word === 'Voting');
    write(inTrack(CART, '.message-bus', 'board', 'votes.json'), '{"CA": {"final_verdict": "APPROVE"}}');
    await modelOf(opened, ({ session }) => session?.directors[0]?.vote?.word === 'Approve');
  });
});
