import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { eventually } from './eventually';
import type { FollowedTrack } from './following';
import { inWorkbench, type Start, type Workbench } from './workbench';

/** An agent that waits at its start until the test lets it go (heldAgent.mjs). */
export interface HeldAgent {
  readonly id: string;
  readonly role: string;
  readonly task: string;
  readonly attempt: number;
  readonly director: string;
  readonly phase: string;
  readonly pid: number;
  readonly since: string;
}

/** One line of scripted.log. */
export interface AgentLine {
  readonly event: 'start' | 'end' | 'child';
  readonly role: string;
  readonly task: string;
  readonly attempt: number;
  readonly pid: number;
  readonly child?: number;
}

/** Agents that behave by scenario.json of the project: at once, or held. */
export function scriptedAgents(kind: 'free' | 'held'): Record<string, unknown> {
  const program = kind === 'held' ? 'test/face/heldAgent.mjs' : 'test/agents/scripted.mjs';
  return {
    'conductor.agent.provider': 'scripted',
    'conductor.agents': {
      scripted: { executable: process.execPath, args: [inRoot(program), '{prompt}'] },
    },
  };
}

/** A test's body with a copy of the sample in which scripted agents run. None of them outlives it. */
export function withAgents(
  o: { agents: 'free' | 'held'; scenario: object } & Pick<Start, 'size'>,
  body: (workbench: Workbench, agents: Agents) => Promise<void>,
): (this: Mocha.Context) => Promise<void> {
  return inWorkbench(o.size ? { size: o.size } : {}, async (workbench) => {
    workbench.changeSettings(scriptedAgents(o.agents));
    const agents = new Agents(workbench.folder);
    agents.play(o.scenario);
    try {
      await body(workbench, agents);
    } finally {
      agents.killAll();
    }
  });
}

/** What the scripted agents of a project do, as their own files tell it. */
export class Agents {
  constructor(private readonly folder: string) {}

  /** From now on they follow this scenario. */
  play(scenario: object): void {
    fs.writeFileSync(path.join(this.folder, 'scenario.json'), JSON.stringify(scenario));
  }

  log(): AgentLine[] {
    const file = path.join(this.folder, 'scripted.log');
    if (!fs.existsSync(file)) return [];
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AgentLine);
  }

  /** Those that wait, by name. */
  held(): HeldAgent[] {
    const folder = path.join(this.folder, 'held');
    if (!fs.existsSync(folder)) return [];
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        try {
          return [JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as HeldAgent];
        } catch {
          // It has just gone.
          return [];
        }
      })
      .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }

  /** Waits until exactly these wait: "planner", "worker 2.2/2", "director CSO vote". */
  async waitFor(...names: string[]): Promise<HeldAgent[]> {
    return eventually(() => {
      const held = this.held();
      assert.deepEqual(held.map(nameOf), names);
      return held;
    }, 40_000);
  }

  letGo(agents: readonly HeldAgent[]): void {
    for (const { id } of agents) fs.writeFileSync(path.join(this.folder, 'held', `${id}.go`), '');
  }

  /** Nobody waits any more. */
  letGoAll(): void {
    fs.writeFileSync(path.join(this.folder, 'held', 'all.go'), '');
  }

  /** Processes that were started, and what they started, as far as they live. */
  living(): number[] {
    const pids = [
      ...this.log().flatMap(({ pid, child }) => (child === undefined ? [pid] : [pid, child])),
      ...this.held().map(({ pid }) => pid),
    ];
    return [...new Set(pids)].filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
  }

  killAll(): void {
    for (const pid of this.living()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function nameOf({ role, task, attempt, director, phase }: HeldAgent): string {
  if (director !== '') return `${role} ${director} ${phase}`;
  return task === '' ? role : `${role} ${task}${attempt > 1 ? `/${attempt}` : ''}`;
}

export const GUEST_BOOK = 'Guest book';

/** Makes the track by the command that a person would use, and waits until the side bar has it. */
export async function newGuestBook(workbench: Workbench): Promise<FollowedTrack> {
  await workbench.openContainer('Conductor');
  await workbench.view('Tracks').row('One-page checkout').waitFor();
  await workbench.runCommand('Conductor: New Track');
  await workbench.answer(GUEST_BOOK, 'Name of the track');
  await workbench.pick('feature');
  await workbench.answer('Visitors leave a word', 'What is it for?');
  await workbench.waitForTab('spec.md');
  await workbench.view('Tracks').row(GUEST_BOOK).waitFor();
  const id = workbench.list('conductor/tracks').find((name) => name.startsWith('guest-book_'));
  assert.ok(id !== undefined, 'no folder of the track');
  return { name: GUEST_BOOK, id };
}

/** Run Loop from the palette on the track, run through. The first time it shows the program that it will start. */
export async function runLoop(workbench: Workbench, o: { first: boolean }): Promise<void> {
  // A page that is just coming up may take the focus, and the list goes.
  await eventually(async () => {
    await workbench.runCommand('Conductor: Run Loop');
    // Where a file of the track is open, that track is meant.
    const { placeholder } = await workbench.question(/Run Loop|How much/);
    if (!placeholder.startsWith('How much')) await workbench.pick(GUEST_BOOK);
    await workbench.question('How much do you want to confirm?');
    await workbench.pick('Run Through');
    if (!o.first) return;
    const dialog = await workbench.dialog();
    // The settings have just been written: the window may not know them yet.
    const isOurs = /Agent\.mjs|scripted\.mjs/.test(dialog);
    await workbench.dialogButton(isOurs ? 'Start' : 'Cancel');
    assert.ok(isOurs, dialog);
  }, 60_000);
}
