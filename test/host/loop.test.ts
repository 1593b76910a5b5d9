import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  activated,
  bytes,
  conductor,
  folder,
  inTrack,
  Person,
  reset,
  row,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

const loopOf = (id: string): { current_step: string; step_status: string } & Record<string, unknown> =>
  (JSON.parse(text(inTrack(id, 'metadata.json'))) as { loop_state: never }).loop_state;

describe('stepping the loop', () => {
  const settings = () => vscode.workspace.getConfiguration('conductor');

  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  afterEach(async () => {
    for (const name of ['agent.provider', 'agents', 'agent.confirm']) {
      await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
    }
    await reset();
  });

  it('shows what will happen and why, and does nothing when it is cancelled', async () => {
    const before = bytes(inTrack('cart_20260101', 'metadata.json'));
    const person = await run(new Person(undefined), 'stepLoop', await row('Active', 'Cart'));
    assert.match(person.asked[0] ?? '', /Cart · EXECUTE · In Progress/);
    assert.match(person.offered[0]?.[0] ?? '', /Resume loop-executor/);
    assert.ok(person.offered[0]?.some((label) => label.includes('Record Passed')));
    assert.equal(bytes(inTrack('cart_20260101', 'metadata.json')), before);
  });

  it('records a failed outcome with its reasons and goes on to the step that follows', async () => {
    const file = inTrack('cart_20260101', 'metadata.json');
    write(file, text(file).replaceAll('"EXECUTE",', '"EVALUATE_EXECUTION",'));
    await until('the step', async () => (await track('cart_20260101')).loop?.step === 'EVALUATE_EXECUTION');
    await run(new Person('Record Failed', 'no page; no tests'), 'stepLoop', await row('Active', 'Cart'));
    const loop = loopOf('cart_20260101');
    assert.equal(loop.current_step, 'FIX');
    assert.equal(loop.step_status, 'NOT_STARTED');
    assert.equal(loop['fix_cycle_count'], 2);
    assert.match(text(file), /"no page",\s+"no tests"/);
    assert.match(text(join(conductor, 'tracks.md')), /cart_20260101 .*FIX/);
  });

  it('records a passed outcome from the palette', async () => {
    await run(new Person('Cart', 'Passed'), 'recordOutcome');
    assert.equal(loopOf('cart_20260101').current_step, 'EVALUATE_EXECUTION');
  });

  it('becomes IN_PROGRESS only after the agent has started, as a task with an argument array', async () => {
    const script = join(folder, '.git', 'agent.js');
    const out = join(folder, '.git', 'agent-args.json');
    const metadata = inTrack('search_20260102', 'metadata.json');
    write(
      script,
      `const fs = require('fs');
       const seen = fs.readFileSync(${JSON.stringify(metadata)}, 'utf8');
       fs.writeFileSync(${JSON.stringify(out + '.part')}, JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), pid: process.pid, seen }));
       fs.renameSync(${JSON.stringify(out + '.part')}, ${JSON.stringify(out)});
       setTimeout(() => process.exit(3), 500);`,
    );
    await settings().update(
      'agents',
      {
        tiny: {
          executable: process.execPath,
          args: [script, '{prompt}', '$(touch x); "quoted"'],
          prompts: 'commands',
        },
      },
      true,
    );
    await settings().update('agent.provider', 'tiny', true);
    await settings().update('agent.confirm', 'always', true);
    assert.equal(loopOf('search_20260102').current_step, 'NOT_STARTED');
    const person = new Person('Start', 'Start');
    const started = vscode.commands.executeCommand('conductor.stepLoop', await row('Ready', 'Search'));
    (await activated()).context.dialogs = person;
    await started;
    assert.match(person.asked[1] ?? '', /Start superpowers:writing-plans: search_20260102/);
    const ran = await until('the agent', () =>
      existsSync(out)
        ? (JSON.parse(readFileSync(out, 'utf8')) as { args: string[]; cwd: string; seen: string })
        : undefined,
    );
    assert.match(ran.args[0] ?? '', /^\/superpowers:writing-plans .*--track-id='?search_20260102'?/);
    assert.equal(ran.args[1], '$(touch x); "quoted"');
    assert.equal(ran.cwd, folder);
    const loop = loopOf('search_20260102');
    assert.deepEqual([loop.current_step, loop.step_status], ['PLAN', 'IN_PROGRESS']);
    // The agent wrote no outcome: the person is asked.
    await until('the question', () =>
      person.told.find(({ message }) => /exit code 3/.test(message) && /PLAN/.test(message)),
    );
    assert.equal(existsSync(join(folder, 'x')), false);
  });

  it('writes nothing when the agent cannot be started', async () => {
    const before = bytes(inTrack('search_20260102', 'metadata.json'));
    await settings().update('agents', { none: { executable: join(folder, 'no-such-program') } }, true);
    await settings().update('agent.provider', 'none', true);
    await settings().update('agent.confirm', 'never', true);
    const person = await run(new Person('Start'), 'stepLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /no-such-program/);
    assert.ok(person.told[0]?.actions.includes('Open Settings'));
    assert.equal(bytes(inTrack('search_20260102', 'metadata.json')), before);
  });

  it('asks before the exact command is run, and starts nothing when the answer is no', async () => {
    const before = bytes(inTrack('search_20260102', 'metadata.json'));
    await settings().update('agent.confirm', 'always', true);
    await run(new Person('Start', undefined), 'stepLoop', await row('Ready', 'Search'));
    assert.equal(bytes(inTrack('search_20260102', 'metadata.json')), before);
    // A second agent beside one that may still run: the question says so.
    const resumed = await run(new Person('Resume', undefined), 'stepLoop', await row('Active', 'Cart'));
    assert.match(resumed.details.at(-1) ?? '', /if its agent still runs, this starts a second one/);
  });

  it('says what is wrong with a setting that names no agent', async () => {
    await settings().update('agent.provider', 'nobody', true);
    const person = await run(new Person(), 'stepLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /nobody/);
    assert.deepEqual(person.told[0]?.actions, ['Open Settings']);
  });

  it('says what is wrong with a placeholder that does not exist, and starts nothing', async () => {
    const before = bytes(inTrack('search_20260102', 'metadata.json'));
    await settings().update('agents', { mine: { executable: 'x', args: ['{prompt}', '{promt}'] } }, true);
    await settings().update('agent.provider', 'mine', true);
    const person = await run(new Person(), 'stepLoop', await row('Ready', 'Search'));
    assert.match(
      person.told[0]?.message ?? '',
      /"mine" hold \{promt\}, which is no placeholder.*\{trackDir\}/,
    );
    assert.deepEqual(person.told[0]?.actions, ['Open Settings']);
    assert.equal(bytes(inTrack('search_20260102', 'metadata.json')), before);
  });

  it('tells an agent without slash commands the text of the step, the project’s own where it has one', async () => {
    await settings().update('agent.provider', 'gemini', true);
    await settings().update('agent.confirm', 'always', true);
    const details = async (): Promise<string> =>
      (await run(new Person('Start', undefined), 'stepLoop', await row('Ready', 'Search'))).details[0] ?? '';
    assert.match(await details(), /gemini --prompt '# Plan the track search_20260102/);
    mkdirSync(join(conductor, 'prompts'));
    write(join(conductor, 'prompts', 'planner.md'), 'Ours for {track_id}.');
    assert.match(await details(), /gemini --prompt 'Ours for search_20260102\.'/);
  });

  it('shows the running agent on the track', async () => {
    const { tracks } = (await activated()).context;
    const ref = { root: conductor, key: (await track('cart_20260101')).key };
    tracks.setRunning(ref, true);
    const item = tracks.getTreeItem(await row('Active', 'Cart'));
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'sync~spin');
    tracks.setRunning(ref, false);
  });

  it('offers a blocked track only what a person can decide', async () => {
    const person = await run(
      new Person('Unblock', 'The key has come'),
      'stepLoop',
      await row('Active', 'Stuck'),
    );
    assert.equal(
      person.offered[0]?.some((label) => /Resume|Start/.test(label)),
      false,
    );
    assert.equal(loopOf('stuck_20260108').step_status, 'NOT_STARTED');
    assert.match(text(inTrack('stuck_20260108', 'metadata.json')), /"resolution": "The key has come"/);
  });

  it('blocks, pauses and resumes', async () => {
    await run(new Person('No designer'), 'blockTrack', await row('Active', 'Cart'));
    assert.equal(loopOf('cart_20260101').step_status, 'BLOCKED');
    await reset();
    await run(new Person('Holidays'), 'pauseTrack', await row('Active', 'Cart'));
    await until('paused', async () => (await track('cart_20260101')).group === 'paused');
    await run(new Person(undefined), 'resumeTrack', await row('Paused', 'Cart'));
    await until('active again', async () => (await track('cart_20260101')).group === 'active');
  });

  it('offers to resume a paused track inside Step Loop, and lists paused tracks first', async () => {
    const metadata = inTrack('crlf_20260103', 'metadata.json');
    await run(new Person('Holidays'), 'pauseTrack', await row('Active', 'Line ends'));
    await until('paused', async () => (await track('crlf_20260103')).group === 'paused');
    const listed = await run(new Person(undefined), 'resumeTrack');
    assert.equal(listed.offered[0]?.[0], 'Line ends');
    const person = await run(
      new Person('Resume Track', undefined),
      'stepLoop',
      await row('Paused', 'Line ends'),
    );
    assert.equal(person.offered[0]?.[0], 'Resume Track');
    await until('active again', async () => (await track('crlf_20260103')).group === 'active');
    assert.doesNotMatch(text(metadata), /paused/);
  });

  it('lists for Unblock Track only tracks that something blocks', async () => {
    await run(new Person('Holidays'), 'pauseTrack', await row('Active', 'Cart'));
    await until('paused', async () => (await track('cart_20260101')).group === 'paused');
    const person = await run(new Person(undefined), 'unblockTrack');
    assert.deepEqual(person.offered[0], ['Stuck']);
  });

  it('says that a blocker is active when the step is set, and resolves it in the same write', async () => {
    const metadata = inTrack('stuck_20260108', 'metadata.json');
    const answers = ['Fix', 'Not Started', 'The key came', 'Resolve the Blocker Too'];
    await run(new Person(...answers), 'setStep', await row('Active', 'Stuck'));
    assert.equal(loopOf('stuck_20260108').current_step, 'FIX');
    assert.match(text(metadata), /"resolution": "The key came"/);
    await reset();
    const cancelled = new Person('Fix', 'Not Started', 'The key came', undefined);
    const before = bytes(metadata);
    await run(cancelled, 'setStep', await row('Active', 'Stuck'));
    assert.equal(bytes(metadata), before);
  });

  it('sets the step by hand and records why', async () => {
    await run(new Person('Fix', 'Not Started', 'Found a bug myself'), 'setStep', await row('Active', 'Cart'));
    const loop = loopOf('cart_20260101');
    assert.equal(loop.current_step, 'FIX');
    assert.match(JSON.stringify(loop['step_history']), /Found a bug myself/);
  });

  it('resumes a track without a loop at its next task', async () => {
    const loose = await track('loose_20260107');
    await run(new Person(), 'resumeTrack', { root: loose.root, key: loose.key });
    if (loose.loop === undefined) {
      assert.match(vscode.window.activeTextEditor?.document.fileName ?? '', /loose_20260107.plan\.md$/);
    }
  });

  it('toggles superpowers only at a clean checkpoint', async () => {
    const refused = await run(new Person(), 'toggleSuperpowers', await row('Active', 'Cart'));
    assert.equal(refused.told[0]?.severity, 'error');
    await run(new Person(), 'toggleSuperpowers', await row('Ready', 'Search'));
    assert.doesNotMatch(text(inTrack('search_20260102', 'metadata.json')), /superpower_enhanced/);
  });

  it('migrates metadata of version 1 after it has said what changes', async () => {
    const file = inTrack('loose_20260107', 'metadata.json');
    write(
      file,
      '{\n  "track_id": "loose_20260107",\n  "type": "feature",\n  "status": "in_progress",\n  "mine": 1\n}\n',
    );
    const loose = await until('the metadata', async () => {
      const now = await track('loose_20260107');
      return now.metadata ? now : undefined;
    });
    await run(new Person('Migrate'), 'migrateMetadata', { root: loose.root, key: loose.key });
    const written = JSON.parse(text(file)) as Record<string, unknown>;
    assert.equal(written['version'], 3);
    assert.equal(written['mine'], 1);
    assert.ok(written['loop_state']);
  });

  it('never writes to a metadata.json that cannot be read', async () => {
    const file = inTrack('broken_20260104', 'metadata.json');
    const before = bytes(file);
    const broken = await track('broken_20260104');
    await run(new Person('why'), 'blockTrack', { root: broken.root, key: broken.key });
    assert.equal(bytes(file), before);
  });

  it('completes with tracks.md when a read-only metadata.json is in the way: refused, nothing written', async () => {
    const file = inTrack('cart_20260101', 'metadata.json');
    const before = bytes(file);
    chmodSync(file, 0o444);
    try {
      const person = await run(new Person('Passed'), 'recordOutcome', await row('Active', 'Cart'));
      assert.match(person.told[0]?.message ?? '', /read-only/);
      assert.equal(bytes(file), before);
    } finally {
      chmodSync(file, 0o644);
    }
  });
});
