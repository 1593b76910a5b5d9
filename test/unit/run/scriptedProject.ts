import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { conductorHere } from '../cli/conductorHere';
import { conductor, documentOf, run, temporaryFolder, type Finished } from '../cli/conductorProcess';

/** The program that plays all agents (test/agents/scripted.mjs), in one file: hundreds of them are started. */
export const scriptedAgent = join(temporaryFolder(), 'scripted.cjs');
buildSync({
  entryPoints: [join(__dirname, '../../agents/scripted.mjs')],
  outfile: scriptedAgent,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'error',
});

/** It as a provider, for `--agent`. */
export const scriptedProvider = JSON.stringify({
  name: 'scripted',
  executable: process.execPath,
  args: [scriptedAgent, '{prompt}'],
});

/** One line of its log. */
export interface AgentLine {
  readonly event: 'start' | 'end' | 'child';
  readonly role: string;
  readonly id: string;
  readonly step: string;
  readonly task: string;
  readonly attempt: number;
  readonly pid: number;
  readonly at: string;
  readonly child?: number;
}

interface ProjectOptions {
  readonly name?: string;
  readonly type?: string;
  readonly scenario?: object;
  readonly git?: boolean;
}

/** Projects that nothing has happened in yet, by their kind. */
const madeOnce = new Map<string, Promise<ScriptedProject>>();

/** A project with a conductor directory and one track, as the program itself makes them, and a scenario for its agents. */
export class ScriptedProject {
  private constructor(
    readonly folder: string,
    readonly trackId: string,
  ) {}

  /** The program makes each kind once in a test run; others are copies of it. */
  static async create(o: ProjectOptions = {}): Promise<ScriptedProject> {
    const scenario = o.scenario ?? {};
    // Of a git repository the scenario is a part.
    const kind = JSON.stringify([o.name, o.type, o.git === true && scenario]);
    let first = madeOnce.get(kind);
    if (!first) madeOnce.set(kind, (first = ScriptedProject.make(o)));
    const project = (await first).copy();
    project.play(scenario);
    return project;
  }

  private static async make(o: ProjectOptions): Promise<ScriptedProject> {
    const folder = temporaryFolder();
    const words = ['--dir', folder];
    good(await conductor(['init', '--name', 'Village', ...words]));
    const name = o.name ?? 'Guest book';
    const made = good(await conductor(['new', name, '--type', o.type ?? 'feature', '--json', ...words]));
    const project = new ScriptedProject(folder, (documentOf(made) as { id: string }).id);
    project.play(o.scenario ?? {});
    if (o.git) {
      for (const args of [
        ['init', '-q', '-b', 'main'],
        ['config', 'user.email', 'test@example.com'],
        ['config', 'user.name', 'Test'],
        ['config', 'commit.gpgsign', 'false'],
        ['add', '-A'],
        ['commit', '-q', '-m', 'chore: start'],
      ]) {
        good(await run('git', args, { cwd: folder }));
      }
    }
    return project;
  }

  /** The same, with all its files as they are now, in a folder of its own. Nothing may be running in it. */
  copy(): ScriptedProject {
    const folder = temporaryFolder();
    cpSync(this.folder, folder, { recursive: true, verbatimSymlinks: true });
    return new ScriptedProject(folder, this.trackId);
  }

  get track(): string {
    return join(this.folder, 'conductor/tracks', this.trackId);
  }

  get bus(): string {
    return join(this.track, '.message-bus');
  }

  get logFile(): string {
    return join(this.folder, 'scripted.log');
  }

  /** From now on agents follow this scenario. */
  play(scenario: object): void {
    writeFileSync(join(this.folder, 'scenario.json'), JSON.stringify(scenario, undefined, 2));
  }

  read(file: string): string {
    return readFileSync(join(this.track, file), 'utf8');
  }

  metadata(): Record<string, unknown> & { loop_state: Record<string, unknown> } {
    return JSON.parse(this.read('metadata.json')) as ReturnType<ScriptedProject['metadata']>;
  }

  /** What agents did, in order. */
  log(): AgentLine[] {
    if (!existsSync(this.logFile)) return [];
    return readFileSync(this.logFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AgentLine);
  }

  /** `conductor <words>` in the project. */
  conductor(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished> {
    return conductor(words, { cwd: this.folder, ...(env ? { env } : {}) });
  }

  /** What `conductor validate` finds, remarks left out. */
  async problems(): Promise<string[]> {
    const report = documentOf(await conductorHere(['validate', '--json'], { cwd: this.folder })) as {
      problems: { severity: string; file: string; line: number | null; message: string }[];
    };
    return report.problems
      .filter(({ severity }) => severity !== 'info')
      .map(({ severity, file, line, message }) => `${severity} ${file}:${line} ${message}`);
  }

  /** Starts one agent by hand, as a run would. */
  agent(role: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return run(process.execPath, [scriptedAgent, 'a prompt'], {
      cwd: this.folder,
      env: {
        CONDUCTOR_ROLE: role,
        CONDUCTOR_WORKER_ID: `${role}-1`,
        CONDUCTOR_TRACK: this.trackId,
        CONDUCTOR_TRACK_DIR: this.track,
        CONDUCTOR_ROOT: this.folder,
        CONDUCTOR_ATTEMPT: '1',
        CONDUCTOR_ANSWER: join(this.bus, `run/answers/${role}-1.json`),
        CONDUCTOR_MESSAGE_BUS: this.bus,
        CONDUCTOR_QUESTIONS: join(this.track, 'questions.json'),
        ...env,
      },
    });
  }
}

function good(finished: Finished): Finished {
  assert.equal(finished.code, 0, finished.stderr);
  return finished;
}
