import assert from 'node:assert/strict';
import { agentChoice } from '../../../src/cli/agentChoice';
import { UsageError } from '../../../src/cli/failure';
import {
  agentProviderSchema,
  builtInProviders,
  copilotChat,
  editorProviders,
  isChat,
} from '../../../src/engine/agentProvider';
import { NodeAgentRunner } from '../../../src/engine/nodeAgentRunner';
import { AgentStartError, type ChatInvocation } from '../../../src/engine/ports';
import { promptRefusal, readPromptOverrides } from '../../../src/engine/run/promptOverrides';
import { recordOutcome } from '../../../src/engine/recordOutcome';
import { stepLoop } from '../../../src/engine/stepLoop';
import { previewStep } from '../../../src/engine/stepPreview';
import { StepWatch } from '../../../src/engine/stepWatch';
import { id, loopProject, metadataFile, type Project } from './project';

const settings = { provider: copilotChat };

describe('a chat as the agent of a step', () => {
  let project: Project | undefined;
  afterEach(async () => {
    await project?.dispose();
    project = undefined;
  });

  async function promptOf(of: Project, overrides = {}): Promise<ChatInvocation> {
    const { command } = previewStep(await of.track(id), { ...settings, promptOverrides: overrides });
    assert.ok(command && 'chat' in command);
    return command;
  }

  it('is one of the editor’s agents, and none that a run or the command line can start', () => {
    assert.deepEqual(
      editorProviders.map(({ name }) => name),
      ['claude', 'gemini', 'codex', 'copilot', 'copilot-chat'],
    );
    assert.ok(!builtInProviders.some(({ name }) => name === copilotChat.name));
    assert.deepEqual(editorProviders.filter(isChat), [copilotChat]);
    assert.equal(agentProviderSchema.safeParse(copilotChat).success, false);
  });

  it('is refused by the command line, which names what works', () => {
    for (const call of [
      () => agentChoice('copilot-chat', {}),
      () => agentChoice(undefined, { CONDUCTOR_AGENT: 'copilot-chat' }),
    ]) {
      assert.throws(call, (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, /(--agent|CONDUCTOR_AGENT): Copilot Chat works in VS Code only/);
        assert.match(error.hint ?? '', /copilot is the GitHub Copilot CLI/);
        return true;
      });
    }
  });

  it('is no process of Node’s', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const command = await promptOf(project);
    await assert.rejects(new NodeAgentRunner().start(command), (error) => {
      assert.ok(error instanceof AgentStartError);
      assert.match(error.message, /Copilot Chat lives inside VS Code/);
      return true;
    });
  });

  it('is sent the text of the step’s template, not a slash command', async () => {
    for (const [step, words] of [
      ['PLAN', /^# Plan the track /],
      ['EXECUTE', new RegExp(`conductor/tracks/${id}/plan\\.md`)],
      ['EVALUATE_EXECUTION', /evaluation-report\.md/],
      ['FIX', /fix/i],
    ] as const) {
      project = await loopProject({ current_step: step, step_status: 'NOT_STARTED' });
      const command = await promptOf(project);
      assert.match(command.prompt, words);
      assert.doesNotMatch(command.prompt, /\/loop-|\{[a-z_]+\}/);
      assert.equal(command.chat, 'Copilot Chat');
      assert.equal(command.cwd, project.folder);
      assert.equal(command.step, step);
      assert.match(command.name, new RegExp(`: ${id}$`));
      await project.dispose();
    }
  });

  it('tells the planner where knowledge is, since nobody has looked it up', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const { prompt } = await promptOf(project);
    assert.match(prompt, /`conductor\/knowledge\/patterns\.md`/);
    assert.doesNotMatch(prompt, /Nothing that fits this goal/);
  });

  it('is sent the project’s own template, and refused when that cannot be used', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    await project.write('prompts/planner.md', 'Ours for {track_id} in {track_dir}\n');
    const overrides = await readPromptOverrides(project.conductor);
    assert.equal((await promptOf(project, overrides)).prompt, `Ours for ${id} in conductor/tracks/${id}`);
    await assert.rejects(promptOf(project, { 'planner.md': 'What is {nobody_knows}?' }), (error) => {
      assert.match(promptRefusal(error)?.message ?? '', /nobody_knows/);
      return true;
    });
  });

  it('makes the step IN_PROGRESS once it has taken the prompt', async () => {
    project = await loopProject({ current_step: 'PLAN', step_status: 'NOT_STARTED' });
    const result = await stepLoop(project.ports, await project.track(id), settings);
    assert.ok(!('refused' in result));
    assert.deepEqual(project.started, [result.agent?.command]);
    assert.equal((await project.track(id)).loop?.stepStatus, 'IN_PROGRESS');
  });
});

describe('StepWatch', () => {
  let project: Project;
  afterEach(() => project.dispose());

  const checkpoint = async (of: Project, status: string): Promise<void> => {
    const metadata = (await of.json(metadataFile)) as {
      loop_state: { current_step: string; checkpoints?: Record<string, object> };
    };
    const { loop_state: loop } = metadata;
    loop.checkpoints = {
      ...loop.checkpoints,
      [loop.current_step]: { status, completed_at: '2026-01-02T03:04:05Z' },
    };
    await of.write(metadataFile, JSON.stringify(metadata));
  };
  const loop = async () => (await project.track(id)).loop;

  it('waits while the step is asked for and done, and ends with its checkpoint', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const watch = new StepWatch('EXECUTE', (await loop())!);
    assert.equal(watch.isOver(await loop()), false);
    await stepLoop(project.ports, await project.track(id), settings);
    assert.equal(watch.isOver(await loop()), false);
    await checkpoint(project, 'IN_PROGRESS');
    assert.equal(watch.isOver(await loop()), false);
    await checkpoint(project, 'PASSED');
    assert.equal(watch.isOver(await loop()), true);
  });

  it('ends when start and outcome are read at once', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'NOT_STARTED' });
    const watch = new StepWatch('EXECUTE', (await loop())!);
    await stepLoop(project.ports, await project.track(id), settings);
    await checkpoint(project, 'FAILED');
    assert.equal(watch.isOver(await loop()), true);
  });

  it('does not take an outcome of earlier for that of a resumed step', async () => {
    project = await loopProject({
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      checkpoints: { EXECUTE: { status: 'PASSED', completed_at: '2025-12-31T00:00:00Z' } },
    });
    const watch = new StepWatch('EXECUTE', (await loop())!);
    assert.equal(watch.isOver(await loop()), false);
  });

  it('ends when a person records the outcome, when the loop goes elsewhere, and when the track is gone', async () => {
    project = await loopProject({ current_step: 'EXECUTE', step_status: 'IN_PROGRESS' });
    const before = (await loop())!;
    const watch = new StepWatch('EXECUTE', before);
    await recordOutcome(project.ports, await project.track(id), { outcome: 'passed' });
    assert.equal(watch.isOver(await loop()), true);
    assert.equal(new StepWatch('PLAN', before).isOver(await loop()), true);
    assert.equal(new StepWatch('PLAN', before).isOver(undefined), true);
  });

  it('waits while the loop only goes to the step that was asked for', async () => {
    project = await loopProject({ current_step: 'NOT_STARTED', step_status: 'NOT_STARTED' });
    const watch = new StepWatch('PLAN', (await loop())!);
    const text = await project.text(metadataFile);
    await project.write(
      metadataFile,
      text.replace('"current_step": "NOT_STARTED"', '"current_step": "PLAN"'),
    );
    assert.equal((await loop())?.step, 'PLAN');
    assert.equal(watch.isOver(await loop()), false);
  });
});
