import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OpenPanel } from '../../src/editor/panels/openPanel';
import type { HostMessage, Reply } from '../../src/shared/protocol';
import type { PlanTask, TrackModel, TrackRequest } from '../../src/shared/trackModel';
import { activated, inTrack, Person, reset, run, text, until, write } from './support/host';

const CART = 'cart_20260101';
const PLAN = inTrack(CART, 'plan.md');
const SPEC = inTrack(CART, 'spec.md');

interface Opened {
  readonly panel: OpenPanel<unknown, unknown>;
  readonly sent: HostMessage<TrackModel>[];
}

/** Opens the panel of the cart, and follows what it is sent. */
async function open(): Promise<Opened> {
  const { context, panels } = await activated();
  await context.source.start();
  const track = context.source.snapshot.roots.flatMap(({ tracks }) => tracks).find(({ id }) => id === CART);
  assert.ok(track);
  await run(new Person(), 'openTrack', { root: track.root, key: track.key });
  const panel = await until('the track panel', async () =>
    (await panels()).openPanels().find(({ kind }) => kind.name === 'track'),
  );
  const sent: HostMessage<TrackModel>[] = [];
  const { webview } = panel.panel;
  const post = webview.postMessage.bind(webview);
  webview.postMessage = (message: HostMessage<TrackModel>) => {
    sent.push(message);
    return post(message);
  };
  panel.refresh();
  return { panel, sent };
}

function modelOf({ sent }: Opened, fits: (model: TrackModel) => boolean = () => true): Promise<TrackModel> {
  return until('the state', () => {
    const state = sent.flatMap((message) => (message.type === 'state' ? [message.state] : [])).at(-1);
    return state?.status === 'ready' && fits(state.model) ? state.model : undefined;
  });
}

let asked = 8_000_000;
async function ask({ panel, sent }: Opened, request: TrackRequest): Promise<Reply> {
  const id = asked++;
  await panel.receive({ type: 'request', id, request });
  return until('a reply', () =>
    sent.flatMap((message) => (message.type === 'reply' && message.id === id ? [message.reply] : [])).at(0),
  );
}

const tasksOf = (model: TrackModel): PlanTask[] => model.plan.phases.flatMap(({ tasks }) => [...tasks]);

describe('track panel', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
  });
  beforeEach(reset);
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await reset();
  });

  it('marks a task in plan.md, shows it, and takes one character back', async () => {
    const opened = await open();
    const before = text(PLAN);
    const task = tasksOf(await modelOf(opened)).find(({ canMark, marker }) => canMark && marker === 'todo');
    assert.ok(task);
    const request = { kind: 'mark', task: task.id, marker: 'done', asked: false } as const;
    assert.deepEqual(await ask(opened, request), { ok: true });
    assert.equal(
      text(PLAN).split('\n')[task.line - 1],
      before.split('\n')[task.line - 1]?.replace('[ ]', '[x]'),
    );
    await modelOf(opened, (model) =>
      tasksOf(model).some(({ id, marker }) => id === task.id && marker === 'done'),
    );
    assert.deepEqual(await ask(opened, { ...request, marker: 'todo' }), { ok: true });
    assert.equal(text(PLAN), before);
  });

  it('refuses a task that is not there any more, and says so', async () => {
    const opened = await open();
    await modelOf(opened);
    const before = text(PLAN);
    const reply = await ask(opened, { kind: 'mark', task: 'no such task', marker: 'done', asked: false });
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /no longer in it/);
    assert.equal(text(PLAN), before);
  });

  it('shows spec.md as it is now: it follows it without anybody asking', async () => {
    const opened = await open();
    await modelOf(opened);
    write(SPEC, '# Cart\n\nA sentence that was not there, <b>not bold</b>.\n');
    const model = await modelOf(opened, ({ spec }) => spec.html?.includes('was not there') ?? false);
    assert.match(model.spec.html ?? '', /&lt;b&gt;not bold/);
  });
});
