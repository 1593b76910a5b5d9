import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { OpenPanel } from '../../src/editor/panels/openPanel';
import type { GateModel, GateRequest } from '../../src/shared/gateModel';
import type { HostMessage, PanelState, Reply } from '../../src/shared/protocol';
import { activated, folder, inTrack, Person, reset, row, run, text, track, until } from './support/host';

type Panel = OpenPanel<unknown, unknown>;

const CART = 'cart_20260101';
const METADATA = inTrack(CART, 'metadata.json');

interface Opened {
  readonly panel: Panel;
  readonly sent: HostMessage<GateModel>[];
}

const openPanels = async (): Promise<readonly Panel[]> => (await (await activated()).panels()).openPanels();

/** Opens the panel from a row, and follows what it is sent. */
async function open(...path: string[]): Promise<Opened> {
  await run(new Person(), 'reviewGate', await row(...path));
  const panel = await until('the gate panel', async () =>
    (await openPanels()).find(({ kind }) => kind.name === 'gate'),
  );
  const sent: HostMessage<GateModel>[] = [];
  const { webview } = panel.panel;
  const post = webview.postMessage.bind(webview);
  webview.postMessage = (message: HostMessage<GateModel>) => {
    sent.push(message);
    return post(message);
  };
  panel.refresh();
  await modelOf({ panel, sent });
  return { panel, sent };
}

function lastState({ sent }: Opened): PanelState<GateModel> | undefined {
  return sent.flatMap((message) => (message.type === 'state' ? [message.state] : [])).at(-1);
}

async function modelOf(opened: Opened, fits: (model: GateModel) => boolean = () => true): Promise<GateModel> {
  return until('the model', () => {
    const state = lastState(opened);
    return state?.status === 'ready' && fits(state.model) ? state.model : undefined;
  });
}

let asked = 5_000_000;
async function ask({ panel, sent }: Opened, request: GateRequest): Promise<Reply> {
  const id = asked++;
  await panel.receive({ type: 'request', id, request });
  return until('a reply', () =>
    sent.flatMap((message) => (message.type === 'reply' && message.id === id ? [message.reply] : [])).at(0),
  );
}

const reviewsOnDisk = (): Record<string, unknown>[] =>
  (JSON.parse(text(METADATA)) as { gate_reviews?: Record<string, unknown>[] }).gate_reviews ?? [];

describe('gate panel', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
  });
  beforeEach(reset);
  afterEach(reset);

  it('shows the gate of the track row, and turns to another', async () => {
    const opened = await open('Active', 'Cart');
    const first = await modelOf(opened);
    assert.equal(first.name, (await track(CART)).name);
    assert.ok(first.choices.some(({ id }) => id === first.gate.id));
    await ask(opened, { kind: 'turn', gate: 'metrics:testing' });
    const turned = await modelOf(opened, ({ gate }) => gate.id === 'metrics:testing');
    assert.equal(turned.gate.outcome, 'REJECT');
    assert.equal(opened.panel.subject.item, 'metrics:testing');
  });

  it('writes a decision once, shows what is on disk then, and refuses what was looked at before', async () => {
    const opened = await open('Active', 'Cart');
    await ask(opened, { kind: 'turn', gate: 'metrics:testing' });
    const { gate } = await modelOf(opened, (model) => model.gate.id === 'metrics:testing');
    const request: GateRequest = {
      kind: 'review',
      gate: gate.id,
      seen: gate.seen,
      decision: 'REQUEST_CHANGES',
      note: 'Measure it first.',
    };
    const replies = await Promise.all([ask(opened, request), ask(opened, request)]);
    // Whichever of them was first.
    assert.equal(replies.filter(({ ok }) => ok).length, 1);
    const [review, ...more] = reviewsOnDisk();
    assert.deepEqual(more, []);
    assert.equal(review?.['note'], 'Measure it first.');
    const after = await modelOf(opened, (model) => model.gate.reviews.length === 1);
    assert.notEqual(after.gate.seen, gate.seen);
    const again = await ask(opened, request);
    assert.equal(again.ok, false);
    assert.match(again.message ?? '', /has changed since you looked at it/);
    assert.equal(reviewsOnDisk().length, 1);
  });

  it('does not write what the rule forbids', async () => {
    const opened = await open('Active', 'Cart');
    await ask(opened, { kind: 'turn', gate: 'metrics:testing' });
    const { gate } = await modelOf(opened, (model) => model.gate.id === 'metrics:testing');
    const before = text(METADATA);
    const reply = await ask(opened, { kind: 'review', gate: gate.id, seen: gate.seen, decision: 'APPROVE' });
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /only possible once/);
    assert.equal(text(METADATA), before);
  });

  it('opens the gate of the row of its report', async () => {
    const opened = await open('Active', 'Cart', 'Gates', 'Execution Evaluation Report');
    assert.equal(opened.panel.subject.item, 'EVALUATE_EXECUTION');
    assert.equal((await modelOf(opened)).gate.id, 'EVALUATE_EXECUTION');
  });

  it('follows a file of test results that the setting names', async () => {
    const settings = vscode.workspace.getConfiguration('conductor');
    const file = join(folder, 'reports', 'junit.xml');
    await settings.update('gates.testResults', ['reports/junit.xml'], vscode.ConfigurationTarget.Workspace);
    try {
      const opened = await open('Active', 'Cart');
      await modelOf(opened, ({ results }) => results.length === 1 && results[0]?.ok === false);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        '<testsuite name="all" tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>',
      );
      const { results } = await modelOf(opened, (model) => model.results[0]?.ok === true);
      assert.match(results[0]?.text ?? '', /1 passed, 1 failed|1 of 2/);
    } finally {
      rmSync(dirname(file), { recursive: true, force: true });
      await settings.update('gates.testResults', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('sees results of tests that appear where they usually do', async () => {
    const file = join(folder, 'coverage', 'coverage-summary.json');
    try {
      const opened = await open('Active', 'Cart');
      await modelOf(opened, ({ results }) => results.length === 0);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        JSON.stringify({ total: { lines: { total: 10, covered: 9, skipped: 0, pct: 90 } } }),
      );
      await modelOf(opened, (model) => model.results[0]?.ok === true);
    } finally {
      rmSync(dirname(file), { recursive: true, force: true });
    }
  });

  it('tells what is wrong with the setting', async () => {
    const settings = vscode.workspace.getConfiguration('conductor');
    await settings.update(
      'gates.testResults',
      ['missing/junit.xml', 7],
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const opened = await open('Active', 'Cart');
      const { notices } = await modelOf(opened);
      assert.match(notices.join(' '), /Entry 2 of the setting/);
      await settings.update('gates.testResults', undefined, vscode.ConfigurationTarget.Workspace);
      // A change of the setting is seen without asking.
      await modelOf(opened, (model) => model.notices.length === 0);
    } finally {
      await settings.update('gates.testResults', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
