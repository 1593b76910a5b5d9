import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { NodeProcesses } from '../../src/engine/run/processes';
import { newTrackFiles } from '../../src/files/projectFiles';
import {
  activated,
  conductor,
  folder,
  inTrack,
  labelOf,
  Person,
  reset,
  row,
  rows,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

const SEARCH = 'search_20260102';
const runFolder = inTrack(SEARCH, '.message-bus', 'run');
const agent = join(process.env['CONDUCTOR_TEST_ROOT'] ?? '', 'test', 'agents', 'scripted.mjs');
const processes = new NodeProcesses();

interface LogLine {
  readonly event: 'start' | 'end' | 'child';
  readonly role: string;
  readonly id: string;
  readonly pid: number;
  readonly child?: number;
}

/** What the scripted agents wrote of themselves. */
function agentLog(): LogLine[] {
  const file = join(folder, 'scripted.log');
  if (!existsSync(file)) return [];
  return text(file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

const scenario = (rules: readonly object[]): void =>
  write(join(folder, 'scenario.json'), JSON.stringify({ rules }));

const loopOf = (id: string): { current_step: string; step_status: string } =>
  (JSON.parse(text(inTrack(id, 'metadata.json'))) as { loop_state: never }).loop_state;

async function searchRow(): Promise<readonly [string, string]> {
  const search = await track(SEARCH);
  const { tracks } = (await activated()).context;
  const group = search.group === 'ready' ? 'Ready' : 'Active';
  const item = tracks.getTreeItem(await row(group, 'Search'));
  return [group, item.contextValue ?? ''];
}

/** The rows of the agents below the track, with the text of the row above them. */
async function agentRows(): Promise<{ run: string; agents: string[] } | undefined> {
  const { tracks } = (await activated()).context;
  const [group] = await searchRow();
  const below = await rows(group, 'Search');
  const found = below.find((node) => labelOf(tracks.getTreeItem(node)) === 'Agents');
  if (!found) return undefined;
  const items = (await tracks.getChildren(found)).map((node) => tracks.getTreeItem(node));
  return {
    run: String(tracks.getTreeItem(found).description),
    agents: items.map((item) => `${labelOf(item)} · ${String(item.description)}`),
  };
}

/** The agent of the journal that brokenOff() writes. */
async function endless(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'console.log("still here"); setInterval(() => 0, 1e6)'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', CONDUCTOR_OUTPUT: join(runFolder, 'p1.log') },
  });
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

/** The journal of a run that was broken off while this process worked for it. */
async function brokenOff(child: { pid: number }): Promise<void> {
  mkdirSync(runFolder, { recursive: true });
  const at = new Date(Date.now() - 65_000).toISOString();
  const processStart = await processes.startOf(child.pid);
  const entries = [
    { kind: 'run-started', at, runId: `r-${child.pid}`, host: hostname(), pid: 1, mode: 'through' },
    {
      kind: 'intent',
      at,
      workerId: 'p1',
      agent: 'loop-planner',
      role: 'planner',
      step: 'PLAN',
      attempt: 1,
      locks: [],
    },
    { kind: 'spawned', at, workerId: 'p1', pid: child.pid, processStart },
  ];
  write(join(runFolder, 'journal.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  write(join(runFolder, 'p1.log'), 'line one\n');
  await (await activated()).context.source.refresh();
}

describe('running the loop', () => {
  const settings = () => vscode.workspace.getConfiguration('conductor');

  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  beforeEach(async () => {
    await settings().update(
      'agents',
      { scripted: { executable: process.execPath, args: [agent, '{prompt}'] } },
      true,
    );
    await settings().update('agent.provider', 'scripted', true);
    await settings().update('agent.confirm', 'never', true);
  });
  afterEach(async () => {
    const { context } = await activated();
    await context.runs.stopAll();
    for (const name of ['agent.provider', 'agents', 'agent.confirm', 'agent.runIn', 'run.mode']) {
      await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
    }
    await reset();
    await context.runs.look(context.runs.foreign.map((foreign) => foreign.track));
  });

  it('lists the agent that it starts, follows its output, and stops it with all that it started', async () => {
    scenario([{ role: 'planner', do: 'endless' }]);
    const { context, runStatus } = await activated();
    const person = new Person('Run Through');
    const running = run(person, 'runLoop', { root: conductor, key: (await track(SEARCH)).key });
    const child = await until('the agent', () => agentLog().find(({ event }) => event === 'child'));
    assert.match(person.offered[0]?.[0] ?? '', /Confirm at Gates/);
    const shown = await until('its row', async () => {
      const found = await agentRows();
      return found && found.agents.length > 0 ? found : undefined;
    });
    assert.match(shown.run, /^Running · PLAN · 1 agent$/);
    assert.match(shown.agents[0] ?? '', /^Planner · \d+ s$/);
    assert.match((await searchRow())[1], /\.running\./);
    await until('the status bar', () => /Search · PLAN · 1 agent/.test(runStatus.text));
    assert.deepEqual([loopOf(SEARCH).current_step, loopOf(SEARCH).step_status], ['PLAN', 'IN_PROGRESS']);

    const agents = new Person('Planner');
    context.dialogs = agents;
    await vscode.commands.executeCommand('conductor.showAgents');
    const open = vscode.window.activeTextEditor?.document.uri.fsPath ?? '';
    assert.match(open, /\.message-bus[\\/]run[\\/].*\.log$/);

    const pids = agentLog().flatMap(({ pid, child: one }) => (one === undefined ? [pid] : [pid, one]));
    const stopping = new Person();
    context.dialogs = stopping;
    await vscode.commands.executeCommand('conductor.stopLoop');
    await running;
    assert.ok(stopping.notes.some((note) => /Search: A person stopped the run/.test(note)));
    for (const pid of pids) assert.equal(await processes.alive(pid), false, `${pid} lives`);
    assert.ok(pids.includes(child.child ?? 0));
    assert.equal(await agentRows(), undefined);
    await until('the status bar', () => runStatus.text === '');
  });

  it('pauses after the step, and goes on from there', async () => {
    scenario([
      { role: 'planner', ms: 300 },
      { role: 'plan-evaluator', do: 'endless' },
    ]);
    const { context } = await activated();
    const ref = { root: conductor, key: (await track(SEARCH)).key };
    const running = run(new Person('Run Through'), 'runLoop', ref);
    await until('the planner', () => agentLog().some(({ role }) => role === 'planner'));
    const person = new Person();
    context.dialogs = person;
    await vscode.commands.executeCommand('conductor.pauseAfterStep');
    assert.match(person.told[0]?.message ?? '', /pauses when this step has ended/);
    await running;
    assert.ok(
      person.notes.some((note) => /Paused after this step/.test(note)),
      person.notes.join(' | '),
    );
    assert.equal(loopOf(SEARCH).current_step, 'EVALUATE_PLAN');
    assert.equal(agentLog().filter(({ role }) => role === 'plan-evaluator').length, 0);

    const again = run(new Person('Run Through'), 'runLoop', ref);
    await until('the evaluator', () => agentLog().some(({ role }) => role === 'plan-evaluator'));
    await context.runs.stopAll();
    await again;
    assert.equal(agentLog().filter(({ role, event }) => role === 'planner' && event === 'start').length, 1);
  });

  it('shows what agents print in one channel, and all of it in the file of each', async () => {
    const script = join(folder, '.git', 'talker.js');
    write(script, `let n = 0; setInterval(() => console.log('\\u001b[32mwords ' + n++ + '\\u001b[0m'), 20);`);
    await settings().update(
      'agents',
      { scripted: { executable: process.execPath, args: [script, '{prompt}'] } },
      true,
    );
    const { context } = await activated();
    const running = run(new Person('Run Through'), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    const agents = await until('the agent', () => context.runs.runs[0]?.activity.agents[0]);
    context.dialogs = new Person('All Agents');
    await vscode.commands.executeCommand('conductor.showAgentOutput');
    const shown = (): string =>
      vscode.workspace.textDocuments
        .filter(({ uri }) => uri.scheme === 'output')
        .map((document) => document.getText())
        .join('\n');
    await until('the words', () => shown().includes(`[${agents.id}] words 5\n`));
    const first = shown().length;
    await until('more words', () => shown().length > first);
    assert.doesNotMatch(shown(), /\u001b/);

    // Nobody looks: nothing is read. Somebody looks again: what was printed meanwhile is there.
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('the end of reading', () =>
      vscode.window.visibleTextEditors.every(({ document }) => document.uri.scheme !== 'output'),
    );
    await vscode.commands.executeCommand('conductor.showAgentOutput', { argument: agents.id });
    const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor');
    assert.ok(document.uri.fsPath.endsWith(`${agents.id}.log`));
    assert.match(document.getText(), /words 5/);
    await context.runs.stopAll();
    await running;
  });

  it('shows the program before a run, and starts nothing when the answer is no', async () => {
    const before = text(inTrack(SEARCH, 'metadata.json'));
    await settings().update('agent.confirm', 'firstTime', true);
    await settings().update(
      'agents',
      { scripted: { executable: process.execPath, args: [agent, '{prompt}', 'never seen'] } },
      true,
    );
    const person = await run(new Person('Run Through', undefined), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    assert.match(person.details[0] ?? '', /scripted\.mjs.*never seen/);
    assert.equal(text(inTrack(SEARCH, 'metadata.json')), before);
    assert.deepEqual(agentLog(), []);
  });

  it('asks before a plan is made from a spec that nobody has written, and opens it', async () => {
    const spec = inTrack(SEARCH, 'spec.md');
    const made = newTrackFiles({ id: SEARCH, name: 'Search', type: 'feature', date: '2026-01-02' });
    write(spec, made['spec.md']);
    const at = { root: conductor, key: (await track(SEARCH)).key };
    const person = await run(new Person('Run Through', 'Open Spec'), 'runLoop', at);
    assert.match(person.asked[1] ?? '', /^Search: Plan from the template\?/);
    assert.match(person.details[0] ?? '', /^spec\.md is still the template/);
    assert.ok(person.notes.some((note) => /The plan waits for it/.test(note)));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, spec);
    assert.deepEqual(agentLog(), []);
    scenario([{ role: 'planner', do: 'silent' }]);
    await run(new Person('Run Through', 'Plan Anyway'), 'runLoop', at);
    assert.ok(agentLog().some(({ role }) => role === 'planner'));
    await reset();
    write(spec, made['spec.md']);
    await settings().update('agent.confirm', 'always', true);
    const stepped = await run(new Person('Start', undefined), 'stepLoop', at);
    assert.match(stepped.details[0] ?? '', /spec\.md is still the template/);
  });

  it('where every start is confirmed, a no to an agent stops the run and asks nothing more', async () => {
    await settings().update('agent.confirm', 'always', true);
    const person = await run(new Person('Run Through', undefined), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    assert.match(person.asked[1] ?? '', /^Start .*search_20260102/);
    assert.ok(
      person.notes.some((note) => /A person stopped the run/.test(note)),
      person.notes.join(' | '),
    );
    assert.deepEqual(agentLog(), []);
    assert.doesNotMatch(text(inTrack(SEARCH, 'metadata.json')), /blockers|BLOCKED/);
  });

  it('is refused while another loop holds the track, with the holder named', async () => {
    const child = await endless();
    try {
      const start = (await processes.startOf(child.pid)) ?? '';
      const uuid = '00000000-0000-4000-8000-000000000000';
      mkdirSync(
        join(
          runFolder,
          'holder',
          `${child.pid}~${start}~1700000000000~cli~${uuid}~${encodeURIComponent(hostname())}`,
        ),
        { recursive: true },
      );
      const person = await run(new Person('Run Through'), 'runLoop', {
        root: conductor,
        key: (await track(SEARCH)).key,
      });
      assert.match(person.told[0]?.message ?? '', new RegExp(`command line, process ${child.pid} on`));
      assert.deepEqual(agentLog(), []);
    } finally {
      process.kill(-child.pid, 'SIGKILL');
    }
  });

  it('asks to save what is not saved, because a run works on the disk', async () => {
    const document = await vscode.workspace.openTextDocument(inTrack(SEARCH, 'plan.md'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'typed '));
    const person = await run(new Person('Run Through', undefined), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    assert.match(person.details[0] ?? '', /plan\.md/);
    assert.equal(document.isDirty, true);
    assert.deepEqual(agentLog(), []);
  });

  it('shows agents that outlived a window as detached, offers the run once, and stops them', async () => {
    const child = await endless();
    const { context } = await activated();
    try {
      const person = new Person();
      context.dialogs = person;
      await brokenOff(child);
      const offer = await until('the offer', () =>
        person.told.find(({ message }) => /broken off/.test(message)),
      );
      assert.deepEqual(offer.actions, ['Resume Run', 'Stop Agents']);
      const shown = await until('the row', () => agentRows());
      assert.deepEqual(shown, {
        run: 'Detached, still writing · 1 agent',
        agents: ['Planner · 1 min · detached, still writing'],
      });
      const { needsYouView } = await activated();
      const broken = await until('the item', () =>
        needsYouView.getChildren().find(({ label }) => label === 'Run broken off'),
      );
      assert.equal(broken.description, 'Search');
      assert.match(broken.what, /resolvable/);
      await (await activated()).leftRuns.look(() => true);
      assert.equal(person.told.length, 1);
      const stopping = await run(new Person(), 'stopLoop', {
        root: conductor,
        key: (await track(SEARCH)).key,
      });
      assert.ok(stopping.notes.some((note) => /1 agent stopped/.test(note)));
      assert.equal(await processes.alive(child.pid), false);
      assert.equal((await agentRows())?.run, 'Broken off');
    } finally {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
  });

  it('stops one agent; the loop pauses where it was the only one of its step', async () => {
    scenario([{ role: 'planner', do: 'endless' }]);
    const ref = { root: conductor, key: (await track(SEARCH)).key };
    const running = run(new Person('Run Through'), 'runLoop', ref);
    const started = await until('the agent', () => agentLog().find(({ event }) => event === 'child'));
    await until('its row', async () => ((await agentRows())?.agents.length ?? 0) > 0);
    const { context } = await activated();
    const person = new Person();
    context.dialogs = person;
    await vscode.commands.executeCommand('conductor.stopAgent', { track: ref, argument: started.id });
    await running;
    assert.ok(person.notes.some((note) => /Planner stopped/.test(note)));
    assert.equal(await processes.alive(started.pid), false);
    assert.equal(loopOf(SEARCH).current_step, 'PLAN');
  });

  it('waits for a file that a person changes meanwhile, and goes on when it is saved', async () => {
    scenario([{ role: 'plan-evaluator', do: 'endless' }]);
    const go = join(folder, '.git', 'go');
    const waiting = join(folder, '.git', 'waiting.mjs');
    write(
      waiting,
      `import { existsSync } from 'node:fs';
       while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20));
       await import(${JSON.stringify(pathToFileURL(agent).href)});`,
    );
    await settings().update(
      'agents',
      { scripted: { executable: process.execPath, args: [waiting, '{prompt}'] } },
      true,
    );
    const { context } = await activated();
    const running = run(new Person('Run Through'), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    await until('the step in tracks.md', () =>
      /search_20260102 .* PLAN /.test(text(join(conductor, 'tracks.md'))),
    );
    const person = new Person();
    context.dialogs = person;
    const registry = await vscode.workspace.openTextDocument(join(conductor, 'tracks.md'));
    const editor = await vscode.window.showTextDocument(registry);
    const end = registry.lineAt(registry.lineCount - 1).range.end;
    await editor.edit((edit) => edit.insert(end, '\ntyped meanwhile\n'));
    write(go, '');
    const asked = await until('the question', () =>
      person.told.find(({ message }) => /tracks\.md/.test(message)),
    );
    assert.deepEqual(asked.actions, ['Save']);
    assert.equal(registry.isDirty, true);
    await registry.save();
    await until('the evaluator', () => agentLog().some(({ role }) => role === 'plan-evaluator'));
    assert.match(text(join(conductor, 'tracks.md')), /typed meanwhile/);
    assert.match(text(join(conductor, 'tracks.md')), /search_20260102 .*EVALUATE_PLAN/);
    await context.runs.stopAll();
    await running;
  });

  it('convenes the board on a track, for a quick review', async () => {
    scenario([{ role: 'director', verdict: 'APPROVE', score: 8 }]);
    const ref = { root: conductor, key: (await track('cart_20260101')).key };
    const person = await run(new Person('The Plan', 'Quick Review'), 'conveneBoard', ref);
    assert.match(person.told.at(-1)?.message ?? '', /The board resolved: APPROVED/);
    const directors = agentLog().filter(({ role, event }) => role === 'director' && event === 'end');
    assert.equal(directors.length, 5);
    const { board_sessions: sessions } = JSON.parse(text(inTrack('cart_20260101', 'metadata.json'))) as {
      board_sessions?: { checkpoint: string }[];
    };
    assert.equal(sessions?.at(-1)?.checkpoint, 'QUICK_REVIEW');
  });

  it('lets a task that failed too often be tried again', async () => {
    const file = inTrack('cart_20260101', 'metadata.json');
    const metadata = JSON.parse(text(file)) as { blockers?: unknown[]; loop_state: { step_status: string } };
    metadata.blockers = [
      {
        id: 'task-failed:2.2',
        description: 'Task 2.2 failed three times.',
        trigger: 'task-failed',
        subject: '2.2',
        status: 'ACTIVE',
        blocked_at: '2026-02-01T12:00:00Z',
        blocked_step: 'EXECUTE',
      },
    ];
    metadata.loop_state.step_status = 'BLOCKED';
    write(file, JSON.stringify(metadata, null, 2));
    await (await activated()).context.source.refresh();
    const item = (await activated()).context.tracks.getTreeItem(await row('Active', 'Cart'));
    assert.match(item.contextValue ?? '', /\.taskFailed\./);
    const person = await run(new Person('Cart'), 'retryTask');
    assert.deepEqual(person.told.at(-1)?.actions, ['Run Loop'], JSON.stringify(person.told));
    assert.match(text(file), /"answer": "try-again"/);
    assert.notEqual(loopOf('cart_20260101').step_status, 'BLOCKED');
  });

  it('stops all agents after asking', async () => {
    scenario([{ role: 'planner', do: 'endless' }]);
    const { context } = await activated();
    const running = run(new Person('Run Through'), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    await until('the agent', () => agentLog().some(({ event }) => event === 'child'));
    await until('its row', async () => ((await agentRows())?.agents.length ?? 0) > 0);
    context.dialogs = new Person(undefined);
    await vscode.commands.executeCommand('conductor.stopAllAgents');
    assert.equal(context.runs.runs.length, 1);
    const person = new Person('Stop All');
    context.dialogs = person;
    await vscode.commands.executeCommand('conductor.stopAllAgents');
    await running;
    assert.match(person.details[0] ?? '', /1 agent on Search/);
    for (const { pid } of agentLog()) assert.equal(await processes.alive(pid), false);
  });

  it('runs agents in terminals when the setting says so, with their environment, and stops them', async () => {
    await settings().update('agent.runIn', 'terminal', true);
    scenario([{ role: 'planner', do: 'endless' }]);
    const { context } = await activated();
    const running = run(new Person('Run Through'), 'runLoop', {
      root: conductor,
      key: (await track(SEARCH)).key,
    });
    const started = await until('the agent', () => agentLog().find(({ event }) => event === 'child'));
    assert.ok(vscode.tasks.taskExecutions.some(({ task }) => task.definition['type'] === 'conductor'));
    await until('its row', async () => ((await agentRows())?.agents.length ?? 0) > 0);
    assert.equal(context.runs.runs[0]?.activity.agents[0]?.pid, started.pid);
    await context.runs.stopAll();
    await running;
    for (const pid of [started.pid, started.child ?? 0]) assert.equal(await processes.alive(pid), false);
  });
});
