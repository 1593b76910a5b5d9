import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { newsText } from '../../src/editor/notifications';
import type { NeedsYouItem } from '../../src/model/needsYou';
import {
  activated,
  bytes,
  inTrack,
  labelOf,
  Person,
  reset,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

const id = 'cart_20260101';
const file = inTrack(id, 'metadata.json');

interface Written {
  readonly loop_state: { readonly current_step: string; readonly step_status: string };
  readonly blockers: readonly Record<string, unknown>[];
}
const written = (): Written => JSON.parse(text(file)) as Written;

/** A run stopped and asks this. */
async function asked(...blockers: readonly Record<string, unknown>[]): Promise<void> {
  const metadata = written();
  const { loop_state: loop } = metadata;
  write(
    file,
    `${JSON.stringify({ ...metadata, loop_state: { ...loop, step_status: 'BLOCKED' }, blockers }, null, 2)}\n`,
  );
  const { context } = await activated();
  await context.source.refresh();
  await until('the questions', async () => {
    const found = await track(id);
    return found.metadata?.blockers.length === blockers.length && found.loop?.stepStatus === 'BLOCKED';
  });
}

const question = (name: string, trigger: string, more: Record<string, unknown> = {}) => ({
  id: name,
  description: `What about ${name}?`,
  blocked_at: new Date().toISOString(),
  blocked_step: 'EXECUTE',
  status: 'ACTIVE',
  trigger,
  ...more,
});

describe('one notification for all that newly needs a person', () => {
  const item = (track: string, what: string): NeedsYouItem => ({
    id: `${track} ${what}`,
    kind: 'escalation',
    root: '/p/conductor',
    trackKey: track,
    trackName: track,
    what,
    why: 'EXECUTE waits\nand more',
    actions: [],
  });

  it('says how many on how many tracks, and names the first', () => {
    assert.equal(newsText([item('Cart', 'A')]), 'Cart: A. EXECUTE waits');
    assert.equal(newsText([item('Cart', 'A'), item('Cart', 'B')]), '2 things need you on 1 track: A; B');
    assert.equal(
      newsText([item('Cart', 'A'), item('Search', 'B'), item('Cart', 'C'), item('Cart', 'D')]),
      '4 things need you on 2 tracks: A; B; C; …',
    );
  });
});

describe('answering escalations', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.needsYou.focus');
    await reset();
  });
  afterEach(reset);

  it('from its row in Needs You: the choices of the question, with its context; cancelled, nothing happens', async () => {
    await asked(question('one', 'agent-unclear', { context: ['It printed nothing'] }));
    const { needsYouView } = await activated();
    const node = needsYouView.getChildren().find(({ label }) => label.includes('What about one'));
    assert.ok(node);
    const item = needsYouView.getTreeItem(node);
    assert.deepEqual(
      [labelOf(item), item.contextValue, item.command?.command],
      ['What about one?', '.needsYou.escalation.answerable.', 'conductor.answer'],
    );
    const before = bytes(file);
    const nobody = await run(new Person(undefined), 'answer', node);
    assert.deepEqual(nobody.offered[0], [
      ...['It Passed', 'It Failed…', 'Try Again', 'Set Step…'],
      ...['The question', 'What about one?', 'It printed nothing'],
    ]);
    await run(new Person('It Failed', undefined), 'answer', node);
    assert.equal(bytes(file), before);
    await run(new Person('It Failed', 'No page came'), 'answer', node);
    assert.equal(written().loop_state.step_status, 'FAILED');
    const [blocker] = written().blockers;
    assert.deepEqual(
      [blocker?.['status'], blocker?.['answer'], blocker?.['resolution']],
      ['RESOLVED', 'failed', 'It Failed. No page came'],
    );
    assert.equal(typeof blocker?.['answered_by'], 'string');
  });

  it('from the palette: which question, then its answer; a decision needs only its words', async () => {
    await asked(question('one', 'stuck'), question('two', 'user-only-decision'));
    await run(new Person('What about two', 'We take B'), 'answer');
    assert.deepEqual(
      written().blockers.map(({ status, resolution }) => [status, resolution]),
      [
        ['ACTIVE', undefined],
        ['RESOLVED', 'We take B'],
      ],
    );
    assert.equal(written().loop_state.step_status, 'BLOCKED');
  });

  it('by a button, whose answer is given at once; given again it is one', async () => {
    await asked(question('one', 'stuck'));
    const { context } = await activated();
    const item = context.needsYou.items.find(({ what }) => what.includes('What about one'));
    const action = item?.actions.find(({ answer }) => answer === 'try-again');
    const { root, key } = await track(id);
    const given = { track: { root, key }, argument: action?.argument, answer: action?.answer };
    const person = await run(new Person(), 'answer', given);
    assert.deepEqual(person.told.at(-1)?.actions, ['Run Loop']);
    assert.equal(written().loop_state.step_status, 'NOT_STARTED');
    await until('it is known', async () => (await track(id)).loop?.stepStatus === 'NOT_STARTED');
    const again = await run(new Person(), 'answer', given);
    assert.match(again.told[0]?.message ?? '', /answered already/);
  });

  it('says that nothing is asked', async () => {
    const { key, root } = await track(id);
    const person = await run(new Person(), 'answer', { track: { root, key } });
    assert.match(person.told[0]?.message ?? '', /Nothing waits for your answer/);
  });
});
