import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import {
  conductor,
  documentOf,
  filesBelow,
  folderWith,
  program,
  run,
  temporaryFolder,
} from './conductorProcess';
import { google, loopMetadata, loopPlan, registry, shop } from './projects';
import { errorShape, showShape } from './shapes';

const stepShape = z.strictObject({
  version: z.literal(1),
  track: z.string(),
  dryRun: z.boolean(),
  action: z.enum(['dispatch', 'resume', 'advance', 'unblock', 'complete', 'escalate', 'record']),
  why: z.string().min(1),
  row: z.string().nullable(),
  step: z.string().nullable(),
  stepStatus: z.string().nullable(),
  fixCycle: z.strictObject({ count: z.int().nullable(), max: z.int().nullable() }),
  changes: z.array(z.strictObject({ file: z.string().startsWith('/'), what: z.string().nullable() })),
  command: z.strictObject({ executable: z.string(), args: z.array(z.string()), cwd: z.string() }).nullable(),
  agentExitCode: z.int().nullable(),
  escalation: z
    .strictObject({
      trigger: z.string(),
      description: z.string(),
      context: z.array(z.string()),
      options: z.array(z.string()),
    })
    .nullable(),
  warnings: z.array(z.string()),
});

const track = 'conductor/tracks/checkout_20260110';

/** The shop with its track's loop at another place. */
function shopAt(loop: object, root: object = {}): string {
  return folderWith({
    ...shop,
    [`${track}/metadata.json`]: loopMetadata('checkout_20260110', { loop, root }),
  });
}

/**
 * A stand-in for the agent's program, first on the PATH: writes down how it was called, does what `does` says, and
 * ends with `code`.
 */
function agentOnPath(does = '', code = 0): { env: Record<string, string>; log: string } {
  const folder = folderWith({
    claude: `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" >> "$AGENT_LOG"\necho "agent says hello"\n${does}\nexit ${code}\n`,
  });
  chmodSync(join(folder, 'claude'), 0o755);
  const log = join(folder, 'log');
  return { log, env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, AGENT_LOG: log } };
}

async function step(folder: string, words: readonly string[], env?: Record<string, string>) {
  const finished = await conductor(['step', 'checkout', '--json', ...words], {
    cwd: folder,
    ...(env ? { env } : {}),
  });
  return { ...finished, report: () => stepShape.parse(documentOf(finished)) };
}

async function loopOf(folder: string) {
  const shown = showShape.parse(documentOf(await conductor(['show', 'checkout', '--json'], { cwd: folder })));
  return [shown.step, shown.stepStatus, shown.fixCycle.count];
}

function metadataOf(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, track, 'metadata.json'), 'utf8')) as Record<string, unknown>;
}

describe('conductor step', function () {
  this.timeout(120_000);

  it('walks a track from PLAN to COMPLETE, through a failed evaluation and its fix', async () => {
    const folder = folderWith({
      ...shop,
      [`${track}/plan.md`]: loopPlan.replace(/- \[[ ~!]\]/g, '- [x]'),
      [`${track}/metadata.json`]: loopMetadata('checkout_20260110', {
        root: { status: 'new' },
        loop: { current_step: 'PLAN', step_status: 'NOT_STARTED', fix_cycle_count: 0, checkpoints: {} },
      }),
    });
    const { env, log } = agentOnPath();
    const walked: unknown[] = [];
    for (const outcome of [
      ['passed'],
      ['passed'],
      ['passed'],
      ['failed', '--reason', 'Totals are off by a cent'],
      ['passed'],
      ['passed'],
    ]) {
      const dispatched = await step(folder, [], env);
      assert.equal(dispatched.code, 0, dispatched.stdout + dispatched.stderr);
      assert.equal(dispatched.report().action, 'dispatch');
      walked.push(await loopOf(folder));
      const recorded = await step(folder, ['--outcome', ...outcome]);
      assert.equal(recorded.code, 0, recorded.stdout + recorded.stderr);
      assert.equal(recorded.report().action, walked.length < 11 ? 'record' : 'complete');
      walked.push(await loopOf(folder));
    }
    assert.deepEqual(walked, [
      ['PLAN', 'IN_PROGRESS', 0],
      ['EVALUATE_PLAN', 'NOT_STARTED', 0],
      ['EVALUATE_PLAN', 'IN_PROGRESS', 0],
      ['EXECUTE', 'NOT_STARTED', 0],
      ['EXECUTE', 'IN_PROGRESS', 0],
      ['EVALUATE_EXECUTION', 'NOT_STARTED', 0],
      ['EVALUATE_EXECUTION', 'IN_PROGRESS', 0],
      ['FIX', 'NOT_STARTED', 1],
      ['FIX', 'IN_PROGRESS', 1],
      ['EVALUATE_EXECUTION', 'NOT_STARTED', 1],
      ['EVALUATE_EXECUTION', 'IN_PROGRESS', 1],
      ['COMPLETE', 'PASSED', 1],
    ]);
    assert.equal(metadataOf(folder).status, 'complete');
    const rows = readFileSync(join(folder, 'conductor/tracks.md'), 'utf8').split('\n');
    const row = rows.findIndex((line) => line.includes('checkout_20260110'));
    assert.ok(row > rows.findIndex((line) => line.includes('Completed Tracks')), rows.join('\n'));

    const called = readFileSync(log, 'utf8').trim().split('\n');
    const prompts = called.filter((line) => line.startsWith('/loop'));
    assert.deepEqual(prompts, [
      '/loop-planner checkout_20260110',
      '/loop-plan-evaluator checkout_20260110',
      '/loop-executor checkout_20260110',
      '/loop-execution-evaluator checkout_20260110',
      '/loop-fixer checkout_20260110',
      '/loop-execution-evaluator checkout_20260110',
    ]);
    assert.deepEqual(called.slice(0, 2), [folder, '--print']);
    const fixer = called.indexOf('/loop-fixer checkout_20260110');
    assert.deepEqual(called.slice(fixer + 1, fixer + 4), [
      '',
      'Failures to mend:',
      '- Totals are off by a cent',
    ]);

    const again = await step(folder, []);
    assert.equal(again.code, 1);
    assert.equal(errorShape.parse(documentOf(again)).error.code, 'nothing-to-do');
  });

  it('goes through BUSINESS_SYNC when it is told that documents must be synced', async () => {
    const folder = shopAt({ current_step: 'EVALUATE_EXECUTION', step_status: 'IN_PROGRESS' });
    const evaluated = await step(folder, ['--outcome', 'passed', '--business-sync']);
    assert.equal(evaluated.code, 0, evaluated.stdout);
    assert.deepEqual(await loopOf(folder), ['BUSINESS_SYNC', 'NOT_STARTED', 1]);
    const synced = await step(folder, ['--outcome', 'passed']);
    assert.equal(synced.code, 0, synced.stdout);
    assert.equal(synced.report().action, 'complete');
    // The reader's own plan still has open tasks, and the report does not hide it.
    assert.match(synced.report().warnings.join(' '), /open tasks/);
    assert.deepEqual(await loopOf(folder), ['COMPLETE', 'PASSED', 1]);
  });

  it('completes a track whose evaluation has passed already', async () => {
    const folder = shopAt({
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'PASSED',
      checkpoints: { EVALUATE_EXECUTION: { status: 'PASSED', verdict: 'PASS' } },
    });
    const completed = await step(folder, []);
    assert.equal(completed.code, 0, completed.stdout);
    assert.equal(completed.report().action, 'complete');
    assert.deepEqual(
      completed.report().changes.map(({ file }) => file),
      [join(folder, track, 'metadata.json'), join(folder, 'conductor/tracks.md')],
    );
  });

  it('escalates, with 1, when the evaluation fails at the fix limit', async () => {
    const folder = shopAt({
      current_step: 'EVALUATE_EXECUTION',
      step_status: 'IN_PROGRESS',
      fix_cycle_count: 3,
    });
    const recorded = await step(folder, ['--outcome', 'failed', '--reason', 'Still off by a cent']);
    assert.equal(recorded.code, 1, recorded.stderr);
    const report = recorded.report();
    assert.equal(report.action, 'escalate');
    assert.equal(report.escalation?.trigger, 'fix-cycle-limit');
    assert.ok(report.escalation.options.length > 0);
    assert.deepEqual(await loopOf(folder), ['FIX', 'BLOCKED', 3]);
    assert.equal((metadataOf(folder).blockers as unknown[]).length, 1);

    const waiting = await step(folder, []);
    assert.equal(waiting.code, 1);
    assert.equal(errorShape.parse(documentOf(waiting)).error.code, 'waits-for-person');
    const human = await conductor(['step', 'checkout', '--dry-run'], { cwd: folder });
    assert.equal(human.code, 1);
  });

  it('with --dry-run says what would happen and why, and writes and starts nothing', async () => {
    const { env, log } = agentOnPath();
    for (const [loop, words, action, said] of [
      [
        { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
        [],
        'dispatch',
        /\/loop-executor checkout_20260110/,
      ],
      [{ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' }, [], 'resume', /Task 1\.1/],
      [{ current_step: 'PLAN', step_status: 'PASSED' }, [], 'advance', /EVALUATE_PLAN/],
      [{ current_step: 'EVALUATE_EXECUTION', step_status: 'PASSED' }, [], 'complete', /--business-sync/],
      [
        { current_step: 'PLAN', step_status: 'IN_PROGRESS' },
        ['--outcome', 'passed'],
        'record',
        /EVALUATE_PLAN/,
      ],
    ] as const) {
      const folder = shopAt({
        ...loop,
        checkpoints: { EXECUTE: { status: 'NOT_STARTED', last_task: 'Task 1.1' } },
      });
      const before = filesBelow(folder);
      const json = await step(folder, ['--dry-run', ...words], env);
      assert.equal(json.code, 0, json.stdout + json.stderr);
      const report = json.report();
      assert.equal(report.action, action);
      assert.equal(report.dryRun, true);
      assert.ok(report.changes.length > 0);
      assert.match(JSON.stringify(report), said);
      const human = await conductor(['step', 'checkout', '--dry-run', ...words], { cwd: folder, env });
      assert.equal(human.code, 0);
      assert.match(human.stdout, new RegExp(`^checkout_20260110 {2}would ${action}$`, 'm'));
      assert.match(human.stdout, /Why +\S/);
      assert.match(human.stdout, said);
      assert.deepEqual(filesBelow(folder), before);
    }
    assert.ok(!existsSync(log), 'an agent was started');
  });

  it('writes nothing when the agent is not installed', async () => {
    const folder = shopAt({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const before = filesBelow(folder);
    const missing = JSON.stringify({ executable: 'no-such-agent-at-all', args: ['{prompt}'] });
    const finished = await step(folder, ['--agent', missing]);
    assert.equal(finished.code, 1);
    const { error } = errorShape.parse(documentOf(finished));
    assert.equal(error.code, 'agent-not-found');
    assert.match(error.message, /no-such-agent-at-all/);
    assert.deepEqual(filesBelow(folder), before);
  });

  it('runs the agent that --agent or CONDUCTOR_AGENT names, in the project folder, without a shell', async () => {
    const custom = JSON.stringify({
      executable: process.execPath,
      prompts: 'commands',
      args: [
        '-e',
        'require("fs").writeFileSync("called.json", JSON.stringify(process.argv.slice(1)))',
        '{prompt}',
        '{step} {track}',
        '$(touch pwned)',
      ],
    });
    for (const [words, env] of [
      [['--agent', custom], {}],
      [[], { CONDUCTOR_AGENT: custom }],
    ] as const) {
      const folder = shopAt({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
      const finished = await step(folder, words, env);
      assert.equal(finished.code, 0, finished.stdout + finished.stderr);
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'called.json'), 'utf8')), [
        '/loop-executor checkout_20260110\n\nWhere to go on:\n- Begin with task 1.2.',
        'EXECUTE checkout_20260110',
        '$(touch pwned)',
      ]);
      assert.ok(!existsSync(join(folder, 'pwned')));
    }
    for (const wrong of [
      'no-such-agent',
      '{',
      '{"executable": "x", "args": ["no prompt"]}',
      '{"args": []}',
    ]) {
      const finished = await step(shopAt({}), ['--agent', wrong, '--dry-run']);
      assert.equal(finished.code, 2, wrong);
    }
  });

  it('tells an agent without slash commands the text of the step, and the project’s own where it has one', async () => {
    const folder = shopAt({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const command = async (agent: string): Promise<readonly string[]> => {
      const finished = await step(folder, ['--agent', agent, '--dry-run']);
      assert.equal(finished.code, 0, finished.stdout + finished.stderr);
      return finished.report().command?.args ?? [];
    };
    for (const agent of ['gemini', 'codex', 'copilot', '{"executable": "x", "args": ["{prompt}"]}'])
      assert.match((await command(agent)).at(-1) ?? '', /^# Execute the plan of checkout_20260110\n/, agent);
    assert.match((await command('claude')).at(-1) ?? '', /^\/loop-executor checkout_20260110/);
    const own = join(folder, 'conductor/prompts');
    mkdirSync(own);
    writeFileSync(join(own, 'executor.md'), 'Do {track_id}.');
    for (const agent of ['gemini', 'claude'])
      assert.equal((await command(agent)).at(-1), 'Do checkout_20260110.');
    writeFileSync(join(own, 'executor.md'), 'Do {trak_id}.');
    const refused = await step(folder, ['--dry-run']);
    assert.equal(refused.code, 1);
    assert.equal(errorShape.parse(documentOf(refused)).error.code, 'prompt-template');
    const recorded = await step(folder, ['--outcome', 'passed']);
    assert.equal(recorded.code, 0, 'an outcome needs no prompt');
  });

  it('says before a plan is made that nobody has written the spec', async () => {
    const folder = temporaryFolder();
    for (const words of [['init'], ['new', 'Guest book', '--id', 'book']])
      assert.equal((await conductor(words, { cwd: folder })).code, 0);
    const { env } = agentOnPath();
    const warnings = async (...words: string[]): Promise<readonly string[]> => {
      const finished = documentOf(
        await conductor(['step', 'book', '--json', ...words], { cwd: folder, env }),
      );
      return stepShape.parse(finished).warnings;
    };
    assert.match((await warnings('--dry-run')).join(), /^spec\.md is still the template/);
    assert.match((await warnings()).join(), /^spec\.md is still the template/);
    writeFileSync(join(folder, 'conductor/tracks/book/spec.md'), '# Book\n\nPeople write in it.\n');
    assert.doesNotMatch((await warnings('--dry-run')).join(), /template/);
  });

  it('takes what the agent wrote as its outcome', async () => {
    const write = (change: string): string =>
      `"${process.execPath}" -e '` +
      `const fs = require("fs"); const file = "${track}/metadata.json"; const m = JSON.parse(fs.readFileSync(file)); ` +
      `const loop = m.loop_state; ${change}; fs.writeFileSync(file, JSON.stringify(m, null, 2))'`;
    const waitForStart = `until grep -q IN_PROGRESS ${track}/metadata.json; do sleep 0.05; done`;
    for (const [change, after] of [
      ['loop.checkpoints.PLAN.status = "PASSED"', ['EVALUATE_PLAN', 'NOT_STARTED', 0]],
      [
        'loop.current_step = "EVALUATE_PLAN"; loop.step_status = "NOT_STARTED"',
        ['EVALUATE_PLAN', 'NOT_STARTED', 0],
      ],
      ['loop.checkpoints.PLAN.status = "FAILED"', ['PLAN', 'FAILED', 0]],
      ['', ['PLAN', 'IN_PROGRESS', 0]],
    ] as const) {
      const folder = shopAt({
        current_step: 'PLAN',
        step_status: 'NOT_STARTED',
        fix_cycle_count: 0,
        checkpoints: { PLAN: { status: 'NOT_STARTED' } },
      });
      const { env } = agentOnPath(`${waitForStart}\n${change === '' ? '' : write(change)}`);
      const finished = await step(folder, [], env);
      assert.equal(finished.code, 0, finished.stdout + finished.stderr);
      assert.equal(finished.report().agentExitCode, 0);
      assert.deepEqual(await loopOf(folder), after, change);
    }
  });

  it('says what to do when the agent ends without a word, and answers 1 when it failed', async () => {
    const folder = shopAt({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const { env } = agentOnPath('', 7);
    const human = await conductor(['step', 'checkout'], { cwd: folder, env });
    assert.equal(human.code, 1);
    assert.match(human.stdout, /agent says hello/);
    assert.match(human.stdout, /ended with exit code 7/);
    assert.match(human.stdout, /conductor step checkout_20260110 --outcome passed/);
    const json = await step(folder, [], env);
    assert.equal(json.report().agentExitCode, 7);
    assert.ok(!json.stdout.includes('agent says hello'));
    assert.match(json.stderr, /agent says hello/);
  });

  for (const [name, toGroup, signal] of [
    ['Ctrl+C', true, 'SIGINT'],
    ['a plain kill', false, 'SIGTERM'],
  ] as const)
    it(`ends with the agent, and leaves no lock behind, on ${name}`, async () => {
      const folder = shopAt({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
      const { env, log } = agentOnPath(
        `until grep -q '"step_status": "IN_PROGRESS"' ${track}/metadata.json; do sleep 0.05; done\necho $$ > "$AGENT_LOG.pid"\necho ready >> "$AGENT_LOG"\nexec sleep 60`,
      );
      const child = spawn(process.execPath, [await program(), 'step', 'checkout'], {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: 'ignore',
        detached: true,
      });
      const ended = once(child, 'exit');
      while (!existsSync(log) || !readFileSync(log, 'utf8').includes('ready')) await pause(20);
      // A terminal sends Ctrl+C to the whole group, the agent included.
      assert.ok(child.pid);
      process.kill(toGroup ? -child.pid : child.pid, signal);
      const [code] = (await ended) as [number | null];
      assert.equal(code, 130);
      assert.throws(() => process.kill(Number(readFileSync(`${log}.pid`, 'utf8')), 0), { code: 'ESRCH' });
      assert.deepEqual(await loopOf(folder), ['EXECUTE', 'IN_PROGRESS', 1]);
      const left = await run('find', [join(folder, 'conductor'), '-name', '*lock*'], {});
      assert.equal(left.stdout, '');
    });

  it('refuses tracks without a loop, archived ones, and files that cannot be read', async () => {
    for (const [files, word, code] of [
      [google, 'dark', 'no-loop'],
      [shop, 'login', 'archived'],
      [
        { ...shop, [`${track}/metadata.json`]: '{ "loop_state": { "current_step": "EXECUTE", }' },
        'checkout',
        'metadata-invalid',
      ],
    ] as const) {
      const folder = folderWith(files);
      const before = filesBelow(folder);
      const finished = await conductor(['step', word, '--json', '--outcome', 'passed'], { cwd: folder });
      assert.equal(finished.code, 1, finished.stdout);
      assert.equal(errorShape.parse(documentOf(finished)).error.code, code);
      assert.deepEqual(filesBelow(folder), before);
    }
  });

  it('keeps the formatting of metadata.json and the registry', async () => {
    const text = loopMetadata('checkout_20260110', {
      loop: { current_step: 'PLAN', step_status: 'PASSED' },
      root: { our_own_key: [1, 2] },
    });
    const folder = folderWith({
      ...shop,
      [`${track}/metadata.json`]: text.replaceAll('  ', '\t').replaceAll('\n', '\r\n'),
    });
    const finished = await step(folder, []);
    assert.equal(finished.code, 0, finished.stdout);
    const after = readFileSync(join(folder, track, 'metadata.json'), 'utf8');
    assert.match(after, /"our_own_key": \[\r\n\t\t1,\r\n\t\t2\r\n\t\]/);
    assert.ok(!/[^\r]\n/.test(after));
    const rows = readFileSync(join(folder, 'conductor/tracks.md'), 'utf8');
    assert.equal(rows, registry.replace('| in_progress | EXECUTE |', '| in_progress | EVALUATE_PLAN |'));
  });
});
