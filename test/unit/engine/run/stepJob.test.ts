import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { builtInProviders, claudeProvider, promptsOf } from '../../../../src/engine/agentProvider';
import { promptRefusal, readPromptOverrides } from '../../../../src/engine/run/promptOverrides';
import type { AgentJob } from '../../../../src/engine/run/agentJob';
import { stepJob } from '../../../../src/engine/run/stepJob';
import { nextActionOf } from '../../../../src/rules/nextAction';
import { folderWith, temporaryFolder } from '../../cli/conductorProcess';
import { id, loopProject, type Project } from '../project';
import { closeScenes, Scene, scripted } from './agentScene';

const text = scripted('');

/** The job of the next step of a project, for a provider. */
async function jobOf(
  project: Project,
  provider = text,
  more: Parameters<typeof stepJob>[3] = {},
): Promise<AgentJob> {
  const scene = await Scene.make(provider, { folder: project.folder, trackId: id });
  const track = await project.track(id);
  return stepJob(scene.context, track, nextActionOf(track), more);
}

describe('stepJob: slash commands', () => {
  let project: Project;
  afterEach(async () => {
    await closeScenes();
    await project.dispose();
  });

  it('claude gets the command of the step’s legacy agent', async () => {
    for (const [step, role, prompt] of [
      ['NOT_STARTED', 'planner', `/loop-planner ${id}`],
      ['EVALUATE_PLAN', 'plan-evaluator', `/loop-plan-evaluator ${id}`],
      ['EXECUTE', 'executor', `/loop-executor ${id}`],
      ['EVALUATE_EXECUTION', 'execution-evaluator', `/loop-execution-evaluator ${id}`],
      ['FIX', 'fixer', `/loop-fixer ${id}`],
      ['BUSINESS_SYNC', 'business-doc-sync', `/business-docs-sync ${id}`],
    ] as const) {
      project = await loopProject({
        current_step: step,
        step_status: 'NOT_STARTED',
        execution_mode: 'PARALLEL',
      });
      const job = await jobOf(project, claudeProvider);
      assert.equal(job.prompt, prompt);
      assert.equal(job.role, role);
      assert.equal(job.agent, prompt.slice(1).split(' ')[0]);
      assert.match(job.id, new RegExp(`^${role}-[A-Z_]+-\\d{14}-[0-9a-f]{4}$`));
      assert.equal(job.attempt, 1);
      if (step !== 'BUSINESS_SYNC') await project.dispose();
    }
  });

  it('superpowers get their parameters: the knowledge brief, where to resume, one task after another, the attempts', async () => {
    const track = `conductor/tracks/${id}`;
    project = await loopProject(
      { current_step: 'PLAN', step_status: 'NOT_STARTED' },
      { superpower_enhanced: true },
    );
    const base = `/superpowers:writing-plans --spec='${track}/spec.md' --output-dir='${track}/' --track-id='${id}' --metadata='${track}/metadata.json'`;
    assert.equal(
      (await jobOf(project, claudeProvider, { knowledge: 'Use X.' })).prompt,
      base,
      'no such file',
    );
    await mkdir(join(project.conductor, 'tracks', id, '.message-bus', 'run'), { recursive: true });
    await project.write(`tracks/${id}/.message-bus/run/knowledge-brief.md`, 'Use X.');
    const job = await jobOf(project, claudeProvider, { knowledge: 'Use X.' });
    assert.equal(job.prompt, `${base} --context-files='${track}/.message-bus/run/knowledge-brief.md'`);
    assert.equal(job.agent, 'superpowers:writing-plans');
    assert.equal(
      (await jobOf(project, claudeProvider)).prompt,
      base,
      'nothing is known: an old brief is not used',
    );
    await project.dispose();

    project = await loopProject(
      {
        current_step: 'EXECUTE',
        step_status: 'IN_PROGRESS',
        execution_mode: 'PARALLEL',
        checkpoints: { EXECUTE: { status: 'IN_PROGRESS', last_task: 'Task 1.2' } },
      },
      { superpower_enhanced: true },
    );
    assert.match((await jobOf(project, claudeProvider)).prompt, / --mode='sequential' --resume-from='1\.2'$/);
    await project.dispose();

    project = await loopProject(
      { current_step: 'FIX', step_status: 'NOT_STARTED', max_fix_cycles: 5 },
      { superpower_enhanced: true },
    );
    assert.match(
      (await jobOf(project, claudeProvider)).prompt,
      /evaluation-report\.md'.* --max-attempts='5'$/,
    );
  });

  const loopOf = (step: string, checkpoints: object = {}): Record<string, unknown> => ({
    current_step: step,
    step_status: 'NOT_STARTED',
    checkpoints,
  });
  const decided = (step: string) => [
    {
      id: 'b1',
      description: 'Which database?',
      blocked_step: step,
      status: 'RESOLVED',
      resolution: 'Use\nSQLite',
    },
  ];
  const notes = async (): Promise<readonly [string, string | undefined]> => {
    const { prompt } = await jobOf(project, claudeProvider, { knowledge: '- Retry with backoff.\n- Cache.' });
    const [command = '', ...rest] = prompt.split('\n\n');
    return [command, rest.length === 0 ? undefined : rest.join('\n\n')];
  };

  for (const superpower_enhanced of [false, true]) {
    const agents = superpower_enhanced ? 'superpowers' : 'legacy agents';
    const head = superpower_enhanced ? '/superpowers:' : '/loop-';

    it(`below the command of the planner stands what failed the last plan, what the board asked for, and what a person decided (${agents})`, async () => {
      project = await loopProject(
        loopOf('PLAN', { EVALUATE_PLAN: { status: 'FAILED', failure_reasons: ['Scope: a task too many'] } }),
        {
          superpower_enhanced,
          blockers: decided('PLAN'),
          board_conditions: ['Audit the login (CSO)'],
          board_sessions: [],
        },
      );
      const [command, more] = await notes();
      assert.ok(command.startsWith(head) && !command.includes('\n'), command);
      const learnt = superpower_enhanced
        ? ''
        : 'What was learnt before:\n- Retry with backoff.\n- Cache.\n\n';
      assert.equal(
        more,
        `What the last evaluation asked for:\n- Scope: a task too many\n- Audit the login (CSO)\n\n${learnt}What a person decided since:\n- Which database? → Use SQLite`,
      );
    });

    it(`executor and execution evaluator hear the conditions of the board (${agents})`, async () => {
      for (const [i, step] of ['EXECUTE', 'EVALUATE_EXECUTION'].entries()) {
        project = await loopProject(loopOf(step), {
          superpower_enhanced,
          board_conditions: ['Add caching (CA)'],
        });
        const [command, more] = await notes();
        if (i === 0) assert.ok(command.startsWith(head), command);
        assert.equal(more, 'Conditions of the board, which the evaluation checks:\n- Add caching (CA)');
        if (i === 0) await project.dispose();
      }
    });

    it(`the fixer hears why the evaluation failed, also what a person said and no report has (${agents})`, async () => {
      project = await loopProject(
        loopOf('FIX', {
          EVALUATE_EXECUTION: {
            status: 'FAILED',
            failure_reasons: ['Two tests fail'],
            unmet_board_conditions: ['Add caching (CA)'],
          },
        }),
        { superpower_enhanced },
      );
      const [command, more] = await notes();
      assert.ok(command.startsWith(head), command);
      assert.equal(
        more,
        'Failures to mend:\n- Two tests fail\n- A condition of the board is not met: Add caching (CA)',
      );
    });
  }

  it('without anything to add a command is the one line of the spec', async () => {
    for (const [i, step] of ['EVALUATE_PLAN', 'EXECUTE', 'EVALUATE_EXECUTION', 'FIX'].entries()) {
      project = await loopProject(loopOf(step), { blockers: decided('PLAN') });
      assert.equal((await notes())[1], undefined, step);
      if (i < 3) await project.dispose();
    }
  });

  it('a legacy executor is told where to go on, which its command has no parameter for', async () => {
    project = await loopProject({
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      checkpoints: { EXECUTE: { status: 'IN_PROGRESS', last_task: 'Task 1.2' } },
    });
    assert.deepEqual(await notes(), [`/loop-executor ${id}`, 'Where to go on:\n- Begin with task 1.2.']);
  });

  it('what stands below a command is bounded, and no shell of a command file runs it', async () => {
    const reasons = [
      'Say !`rm -rf /` and $(x), ```! touch x``` or !``!',
      ...Array.from({ length: 9 }, (_, i) => `${i} ${'x'.repeat(690)}`),
    ];
    project = await loopProject(
      loopOf('PLAN', { EVALUATE_PLAN: { status: 'FAILED', failure_reasons: reasons } }),
      { superpower_enhanced: true },
    );
    const [, more = ''] = await notes();
    assert.ok(more.length < 4300, `${more.length}`);
    assert.match(
      more,
      /^What the last evaluation asked for:\n- Say ! `rm -rf \/` and \$\(x\), ``` ! touch x``` or ! `` !\n- 0 x/,
    );
    assert.match(more, /\n- … and 4 more: see conductor\/tracks\/[^/]+\/metadata\.json$/);
  });

  it('no text of an agent or a person below a command has a shell run it: conditions, knowledge, decisions, failures', async () => {
    const bad = 'Do !`touch a` and ```! touch b```';
    const inert = 'Do ! `touch a` and ``` ! touch b```';
    const blockers = (step: string) => [
      { id: 'b1', description: bad, blocked_step: step, status: 'RESOLVED', resolution: bad },
    ];
    for (const [i, step] of ['PLAN', 'EXECUTE', 'EVALUATE_EXECUTION', 'FIX'].entries()) {
      const failed = { status: 'FAILED', failure_reasons: [bad] };
      project = await loopProject(loopOf(step, { EVALUATE_PLAN: failed, EVALUATE_EXECUTION: failed }), {
        blockers: blockers(step),
        board_conditions: [`${bad} (CA)`],
      });
      const { prompt } = await jobOf(project, claudeProvider, {
        knowledge: bad,
        conditions: [`More: ${bad}`],
      });
      assert.ok(prompt.split(inert).length > 3, prompt);
      assert.doesNotMatch(prompt, /!`|`!/);
      if (i < 3) await project.dispose();
    }
  });

  it('of five long decisions of a person none is left out', async () => {
    const blockers = Array.from({ length: 6 }, (_, i) => ({
      ...decided('PLAN')[0],
      id: `b${i}`,
      resolution: `Decision ${i}: ${'x'.repeat(5000)}`,
    }));
    project = await loopProject(loopOf('PLAN'), { superpower_enhanced: true, blockers });
    const [, more = ''] = await notes();
    assert.deepEqual(
      more.match(/Decision \d/g),
      [1, 2, 3, 4, 5].map((i) => `Decision ${i}`),
    );
    assert.equal(more.match(/… \(cut here\)/g)?.length, 5);
    assert.ok(more.length < 4100, `${more.length}`);
  });

  it('a template of the project wins over the command', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
      {},
      {
        'prompts/executor.md': 'Ours for {track_id} at {resume_from}.',
      },
    );
    assert.equal((await jobOf(project, claudeProvider)).prompt, `Ours for ${id} at the first open one.`);
  });
});

describe('stepJob: texts', () => {
  let project: Project;
  afterEach(async () => {
    await closeScenes();
    await project.dispose();
  });

  it('every step has a text without an open placeholder, with paths relative to the project', async () => {
    const steps = [
      'NOT_STARTED',
      'PLAN',
      'EVALUATE_PLAN',
      'EXECUTE',
      'EVALUATE_EXECUTION',
      'FIX',
      'BUSINESS_SYNC',
    ];
    for (const [i, step] of steps.entries()) {
      project = await loopProject({ current_step: step, step_status: 'NOT_STARTED' });
      const { prompt } = await jobOf(project);
      assert.doesNotMatch(prompt, /\{\w+\}|undefined/);
      assert.match(prompt, new RegExp(`conductor/tracks/${id}/`));
      assert.doesNotMatch(prompt, new RegExp(project.folder));
      if (i < steps.length - 1) await project.dispose();
    }
  });

  it('the planner hears why the last plan failed, what a board that rejected it asked for, and what was learnt', async () => {
    project = await loopProject(
      {
        current_step: 'PLAN',
        step_status: 'NOT_STARTED',
        checkpoints: {
          EVALUATE_PLAN: { status: 'FAILED', failure_reasons: ['Scope: a task too many', 'No DAG'] },
        },
      },
      {
        board_sessions: [
          {
            session_id: 'board-1',
            checkpoint: 'EVALUATE_PLAN',
            verdict: 'REJECTED',
            conditions: ['Audit the login (CSO)'],
            timestamp: '2026-01-01T00:00:00Z',
          },
        ],
      },
    );
    const { prompt } = await jobOf(project, text, {
      knowledge: 'Retry with backoff.',
      conditions: ['no dag.', 'More'],
    });
    assert.match(
      prompt,
      /asked for\n\n- Scope: a task too many\n- No DAG\n- Audit the login \(CSO\)\n- More\n\n## What was learnt before\n\nRetry with backoff\.\n/,
    );
  });

  it('an evaluation that passed asks for nothing any more', async () => {
    project = await loopProject({
      current_step: 'PLAN',
      step_status: 'NOT_STARTED',
      checkpoints: { EVALUATE_PLAN: { status: 'PASSED', failure_reasons: ['old'] } },
    });
    assert.match(
      (await jobOf(project, text, { knowledge: '' })).prompt,
      /asked for\n\nNothing so far\.\n\n## What was learnt before\n\nNothing that fits/,
    );
  });

  it('the evaluator gets the evaluators of the track’s type, and the conditions of the board that are due', async () => {
    project = await loopProject(
      { current_step: 'EVALUATE_EXECUTION', step_status: 'NOT_STARTED' },
      { type: 'feature', board_conditions: ['Add caching (CA)', 'Write\nthe manual (CPO)'] },
    );
    const { prompt } = await jobOf(project);
    assert.match(prompt, /apply these evaluators: eval-code-quality \(Build,/);
    assert.match(prompt, /- Add caching \(CA\)\n- Write the manual \(CPO\)\n/);
  });

  it('the executor gets the conditions of the board that its work will be measured by', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
      { board_conditions: ['Add caching (CA)'] },
    );
    assert.match(
      (await jobOf(project)).prompt,
      /## Conditions of the board\n\nThe evaluation will check that these are met\.\n\n- Add caching \(CA\)\n/,
    );
  });

  it('the fixer gets what failed and which cycle it is; the executor where to begin', async () => {
    project = await loopProject({
      current_step: 'FIX',
      step_status: 'NOT_STARTED',
      fix_cycle_count: 2,
      checkpoints: {
        EVALUATE_EXECUTION: {
          status: 'FAILED',
          failure_reasons: ['Two tests fail'],
          unmet_board_conditions: ['Add caching (CA)'],
        },
      },
    });
    const { prompt } = await jobOf(project);
    assert.match(prompt, /fix cycle 2 of 3/);
    assert.match(prompt, /- Two tests fail\n- A condition of the board is not met: Add caching \(CA\)\n/);
    await project.dispose();
    project = await loopProject({
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      checkpoints: { EXECUTE: { status: 'IN_PROGRESS', last_task: 'Task 1.2' } },
    });
    assert.match((await jobOf(project)).prompt, /beginning with task 1\.2\./);
  });

  it('an agent that is started again hears what a person decided about its step, and of no other step', async () => {
    const blocker = (blockedStep: string, resolution: string) => ({
      id: `blocker-${blockedStep}`,
      description: 'Which database?',
      blocked_step: blockedStep,
      status: 'RESOLVED',
      resolution,
    });
    project = await loopProject(
      { current_step: 'PLAN', step_status: 'NOT_STARTED' },
      { blockers: [blocker('PLAN', 'Use\nSQLite'), blocker('FIX', 'Leave it')] },
    );
    const { prompt } = await jobOf(project);
    assert.match(prompt, /## What a person decided since\n\n- Which database\? → Use SQLite\n$/);
    assert.doesNotMatch(prompt, /Leave it/);
  });

  it('counts the attempts of this run; one that was cancelled is none', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const scene = await Scene.make(text, { folder: project.folder, trackId: id });
    const track = await project.track(id);
    const intent = async (workerId: string): Promise<void> =>
      scene.log.append({
        kind: 'intent',
        workerId,
        agent: 'loop-executor',
        role: 'executor',
        step: 'EXECUTE',
        attempt: 1,
        locks: [],
      });
    const begin = (runId: string): Promise<void> =>
      scene.log.append({ kind: 'run-started', runId, host: 'h', pid: 1, mode: 'through' });
    await begin('r1');
    await intent('of an earlier run');
    await begin('r2');
    await intent('a');
    await intent('b');
    await scene.log.append({ kind: 'cancelled', workerId: 'b', why: 'locked' });
    await begin('r2');
    assert.equal((await stepJob(scene.context, track, nextActionOf(track))).attempt, 2);
  });

  it('there is no agent for COMPLETE', async () => {
    project = await loopProject({ current_step: 'COMPLETE', step_status: 'PASSED' });
    await assert.rejects(jobOf(project), RangeError);
  });

  it('a template of the project that cannot be rendered is refused in words, with its file and line', async () => {
    project = await loopProject(
      { current_step: 'EXECUTE', step_status: 'NOT_STARTED' },
      {},
      {
        'prompts/executor.md': 'Do\nit for {trak_id}.',
      },
    );
    const error = await jobOf(project).catch((e: unknown) => e);
    const refusal = promptRefusal(error);
    assert.equal(refusal?.code, 'prompt-template');
    assert.match(refusal.message, /prompts\/executor\.md .*\{trak_id\} on line 2/);
    assert.equal(promptRefusal(new Error('another')), undefined);
  });
});

describe('prompt overrides', () => {
  it('are read by name, in any encoding; a project without any has none', async () => {
    assert.deepEqual(await readPromptOverrides(temporaryFolder()), {});
    const folder = folderWith({
      'prompts/planner.md': Buffer.from('\uFEFFPlän', 'utf16le'),
      'prompts/lead.md': '\uFEFFLead',
      'prompts/README.md': 'no template',
    });
    assert.deepEqual(await readPromptOverrides(folder), { 'planner.md': 'Plän', 'lead.md': 'Lead' });
  });

  it('that cannot be used are refused: ours do not take their place', async () => {
    const outside = folderWith({ 'secret.md': 'secret' });
    for (const [files, link, words] of [
      [{ 'prompts/planner.md': Buffer.from([1, 0, 2]) }, false, /planner\.md cannot be used: it is no text/],
      [{ 'prompts/planner.md/x': '' }, false, /it is no file/],
      [{ 'prompts/planner.md': 'x'.repeat(1_100_000) }, false, /larger than 1 MB/],
      [{ 'prompts/other.md': '' }, true, /leads out of/],
    ] as const) {
      const folder = folderWith(files);
      if (link) symlinkSync(join(outside, 'secret.md'), join(folder, 'prompts', 'planner.md'));
      const error = await readPromptOverrides(folder).catch((e: unknown) => e);
      assert.equal(promptRefusal(error)?.code, 'prompt-override');
      assert.match(promptRefusal(error)!.message, words);
    }
  });

  it('providers: the built-in ones know how they are talked to, one of the same name likewise, others get text', () => {
    assert.deepEqual(
      builtInProviders.map((provider) => [provider.name, promptsOf(provider)]),
      [
        ['claude', 'commands'],
        ['gemini', 'text'],
        ['codex', 'text'],
        ['copilot', 'text'],
      ],
    );
    const own = { executable: '/opt/x', args: ['{prompt}'] };
    assert.equal(promptsOf({ name: 'claude', ...own }), 'commands');
    assert.equal(promptsOf({ name: 'mine', ...own }), 'text');
    assert.equal(promptsOf({ name: 'mine', ...own, prompts: 'commands' }), 'commands');
    assert.equal(promptsOf({ name: 'claude', ...own, prompts: 'text' }), 'text');
  });
});
