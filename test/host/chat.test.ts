import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { ChatAgentRunner, openChat, type ChatHost } from '../../src/editor/chatAgentRunner';
import { copilotChat } from '../../src/engine/agentProvider';
import { AgentStartError, type ChatInvocation } from '../../src/engine/ports';
import { previewStep } from '../../src/engine/stepPreview';
import {
  activated,
  bytes,
  conductor,
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

/** Keeps what the buttons of notifications do. */
class Clicking extends Person {
  readonly buttons: Readonly<Record<string, () => unknown>>[] = [];

  override tell(
    severity: 'error' | 'warning' | 'info',
    message: string,
    actions: Readonly<Record<string, () => unknown>> = {},
  ): void {
    super.tell(severity, message, actions);
    this.buttons.push(actions);
  }

  async click(label: string): Promise<void> {
    const button = await until(
      `the button ${label}`,
      () => this.buttons.find((one) => label in one)?.[label],
    );
    await button();
  }
}

const search = 'search_20260102';
const metadata = inTrack(search, 'metadata.json');
const state = (): string => {
  const { loop_state: loop } = JSON.parse(text(metadata)) as {
    loop_state: { current_step: string; step_status: string };
  };
  return `${loop.current_step} ${loop.step_status}`;
};

describe('Copilot Chat as the agent', () => {
  const settings = () => vscode.workspace.getConfiguration('conductor.agent');
  /** An older VS Code cannot turn them off yet. */
  const canTurnOff =
    vscode.workspace.getConfiguration('chat').inspect('disableAIFeatures')?.defaultValue !== undefined;
  const aiFeatures = async (on: boolean): Promise<void> => {
    if (!canTurnOff) return;
    await vscode.workspace
      .getConfiguration('chat')
      .update('disableAIFeatures', !on, vscode.ConfigurationTarget.Global);
  };

  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
  });
  beforeEach(async () => {
    await reset();
    await settings().update('provider', 'copilot-chat', true);
    await settings().update('confirm', 'never', true);
  });
  afterEach(async () => {
    await aiFeatures(false);
    await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    for (const name of ['provider', 'confirm']) await settings().update(name, undefined, true);
    await reset();
  });

  it('says what to do when VS Code has no chat or it is turned off: its command would do nothing, in silence', async () => {
    const before = bytes(metadata);
    const person = await run(new Person('Start'), 'stepLoop', await row('Ready', 'Search'));
    assert.match(
      person.told[0]?.message ?? '',
      /Copilot Chat is not here\. Install GitHub Copilot Chat .*another agent/,
    );
    assert.ok(person.told[0]?.actions.includes('Open Settings'));
    assert.equal(bytes(metadata), before);
  });

  it('shows exactly what is sent, and sends nothing when the answer is no', async () => {
    const before = bytes(metadata);
    await settings().update('confirm', 'always', true);
    await aiFeatures(true);
    const person = await run(new Person('Start', undefined), 'stepLoop', await row('Ready', 'Search'));
    const { command } = previewStep(await track(search), { provider: copilotChat });
    assert.ok(command && 'chat' in command);
    assert.match(person.details[0] ?? '', /This is sent to Copilot Chat, in agent mode:/);
    assert.ok(person.details[0]?.includes(command.prompt));
    assert.ok(person.offered[0]?.includes('Copy Prompt'));
    assert.equal(bytes(metadata), before);
  });

  it('says which template of the project cannot be used, and sends nothing', async () => {
    const before = bytes(metadata);
    const template = join(conductor, 'prompts', 'planner.md');
    mkdirSync(dirname(template), { recursive: true });
    write(template, 'Plan {what_nobody_knows}.');
    const person = await run(new Person(), 'stepLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /planner\.md/);
    assert.match(person.told[0]?.message ?? '', /what_nobody_knows/);
    assert.equal(bytes(metadata), before);
  });

  it('is refused by Run Loop before anything is asked or started', async () => {
    const before = bytes(metadata);
    const person = await run(new Person(), 'runLoop', await row('Ready', 'Search'));
    assert.match(person.told[0]?.message ?? '', /Copilot Chat cannot do a run: it has no process/);
    assert.match(person.told[0]?.message ?? '', /Step Loop .*copilot/);
    assert.equal(bytes(metadata), before);
  });

  // Without Copilot, an older VS Code opens no chat.
  if (canTurnOff) {
    describe('in the chat of this VS Code, by its own command', () => {
      it('gets the prompt, and what it writes is the outcome', async () => {
        await aiFeatures(true);
        const { command } = previewStep(await track(search), { provider: copilotChat });
        const { prompt } = command as ChatInvocation;
        const person = new Clicking('Start');
        await run(person, 'stepLoop', await row('Ready', 'Search'));
        assert.equal(state(), 'PLAN IN_PROGRESS');
        assert.match(person.told[0]?.message ?? '', /was given to Copilot Chat/);
        write(metadata, text(metadata).replace(/("PLAN": \{[^}]*?"status": )"IN_PROGRESS"/, '$1"PASSED"'));
        await until('the outcome', () => state() === 'EVALUATE_PLAN NOT_STARTED');
        await until('the word of it', () => person.notes.find((note) => note.includes('EVALUATE_PLAN')));
        // Its end was judged: saying it again asks nothing.
        await person.click('It Has Ended');
        assert.equal(person.told.length, 1);
        await vscode.commands.executeCommand('workbench.action.chat.copyAll');
        const said = (await vscode.env.clipboard.readText()).replaceAll('\r\n', '\n');
        assert.ok(said.includes(prompt), said);
      });

      it('has ended when the person says so; what became of the step is then asked, not guessed', async () => {
        await aiFeatures(true);
        const person = new Clicking('Start');
        await run(person, 'stepLoop', await row('Ready', 'Search'));
        await person.click('It Has Ended');
        const asked = await until('the question', () =>
          person.told.find(({ message }) => /What became of it/.test(message)),
        );
        assert.match(asked.message, /has ended \(as you said\) and wrote no outcome of PLAN/);
        assert.deepEqual(asked.actions, ['Passed', 'Failed…', 'Later']);
        assert.equal(state(), 'PLAN IN_PROGRESS');
        await person.click('Passed');
        assert.equal(state(), 'EVALUATE_PLAN NOT_STARTED');
      });

      it('a second start on the track is followed in the place of the first', async () => {
        await aiFeatures(true);
        const first = new Clicking('Start');
        await run(first, 'stepLoop', await row('Ready', 'Search'));
        const second = new Clicking('Resume');
        await run(
          second,
          'stepLoop',
          await until('the row', () => row('Active', 'Search').catch(() => undefined)),
        );
        await first.click('It Has Ended');
        await second.click('It Has Ended');
        await until('the question', () =>
          second.told.find(({ message }) => /What became of it/.test(message)),
        );
        assert.equal(
          [...first.told, ...second.told].filter(({ message }) => /What became/.test(message)).length,
          1,
        );
      });
    });
  }

  describe('with a chat that answers otherwise than VS Code’s own here', () => {
    const started = async (host: Partial<ChatHost>, signal?: AbortSignal): Promise<unknown> => {
      const { source } = (await activated()).context;
      const { command } = previewStep(await track(search), { provider: copilotChat });
      const runner = new ChatAgentRunner(
        { source, dialogs: new Person() },
        {
          isHere: () => Promise.resolve(true),
          execute: () => Promise.resolve(),
          isTrusted: () => true,
          ...host,
        },
      );
      const agent = await runner.start(command as ChatInvocation, signal);
      runner.dispose();
      return agent.finished;
    };
    const refused = (code: string, words: RegExp) => (error: unknown) =>
      error instanceof AgentStartError && error.code === code && words.test(error.message);

    it('says why it did not start: no chat, not trusted, the chat’s own error, cancelled', async () => {
      const never = () => new Promise<never>(() => undefined);
      const stopped = AbortSignal.abort();
      await assert.rejects(
        started({ isHere: () => Promise.resolve(false) }),
        refused('not-found', /is not here/),
      );
      await assert.rejects(started({ isTrusted: () => false }), refused('untrusted', /not trusted/));
      await assert.rejects(
        started({ execute: () => Promise.reject(new Error('Timed out waiting for default agent')) }),
        refused('failed', /did not take the prompt \(Timed out waiting for default agent\).*signed in/),
      );
      await assert.rejects(started({ execute: never }, stopped), refused('cancelled', /cancelled/));
      const later = new AbortController();
      const start = started({ execute: () => (later.abort(), never()) }, later.signal);
      await assert.rejects(start, refused('cancelled', /before Copilot Chat had taken the prompt/));
    });

    it('is sent the prompt in agent mode, and is not followed when the window closes', async () => {
      const sent: unknown[] = [];
      const end = await started({ execute: (...call) => (sent.push(call), Promise.resolve()) });
      const { command } = previewStep(await track(search), { provider: copilotChat });
      assert.deepEqual(sent, [[openChat, { query: (command as ChatInvocation).prompt, mode: 'agent' }]]);
      assert.deepEqual(end, { exitCode: undefined, saidBy: 'nobody' });
    });
  });
});
