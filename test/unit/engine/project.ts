import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentCommand, AgentExit, Ports } from '../../../src/engine/ports';
import type { RootSnapshot } from '../../../src/model/root';
import type { Track } from '../../../src/model/track';
import { DiskFileEditor } from '../../../src/store/fileEditor';
import { readConductor } from '../../../src/store/readConductor';

/** The time that every test project lives at. */
export const now = '2026-02-01T12:00:00.000Z';

/** A project in a temporary folder, read and written by the real store, with agents that only pretend to run. */
export interface Project {
  readonly folder: string;
  readonly conductor: string;
  readonly ports: Ports;
  readonly started: AgentCommand[];
  /** What the next agent does in the moment when it starts; throw to fail. */
  onStart: () => Promise<void>;
  readonly exit: { code: number | undefined };
  root(): Promise<RootSnapshot>;
  /** The track as it is on disk now. */
  track(id: string): Promise<Track>;
  /** `file` relative to the conductor directory. */
  text(file: string): Promise<string>;
  json(file: string): Promise<Record<string, unknown>>;
  write(file: string, text: string): Promise<void>;
  dispose(): Promise<void>;
}

/** `files`: path relative to the conductor directory → text, or a value that becomes JSON. */
export async function makeProject(files: Readonly<Record<string, string | object>>): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'conductor-engine-'));
  const conductor = join(folder, 'conductor');
  const started: AgentCommand[] = [];
  const exit: { code: number | undefined } = { code: 0 };
  const project: Project = {
    folder,
    conductor,
    started,
    exit,
    onStart: () => Promise.resolve(),
    ports: {
      editor: new DiskFileEditor({ settleMs: 0 }),
      clock: () => new Date(now),
      agents: {
        start: async (invocation) => {
          await project.onStart();
          started.push(invocation);
          const finished: Promise<AgentExit> = Promise.resolve({ exitCode: exit.code });
          return { finished };
        },
      },
      git: { headCommit: () => Promise.resolve('abc1234') },
    },
    root: async () => {
      const { roots } = await readConductor({ folders: [folder], archives: true });
      assert.equal(roots.length, 1);
      return roots[0]!;
    },
    track: async (id) => {
      const root = await project.root();
      const found = [...root.tracks, ...(root.archive.tracks ?? [])].find((track) => track.id === id);
      assert.ok(found, `no track ${id}`);
      return found;
    },
    text: (file) => readFile(join(conductor, file), 'utf8'),
    json: async (file) => JSON.parse(await project.text(file)) as Record<string, unknown>,
    write: async (file, text) => {
      const path = join(conductor, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
  for (const [file, value] of Object.entries(files)) {
    await project.write(file, typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`);
  }
  return project;
}

export const id = 'login_20260101';
export const metadataFile = `tracks/${id}/metadata.json`;

/** One evaluate-loop track with a plan of three tasks, registered in the tables of the setup command. */
export function loopProject(
  loop: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string | object>> = {},
): Promise<Project> {
  return makeProject({
    'tracks.md': registry('in_progress', 'EXECUTE'),
    [`tracks/${id}/spec.md`]: '# Spec\n',
    [`tracks/${id}/plan.md`]: plan('x', ' ', ' '),
    [metadataFile]: {
      version: 3,
      track_id: id,
      name: 'Login',
      status: 'in_progress',
      custom: { kept: [1, 2] },
      loop_state: { fix_cycle_count: 0, max_fix_cycles: 3, ...loop },
      ...more,
    },
    ...files,
  });
}

export function registry(status: string, step: string): string {
  return `# Tracks

## Active Tracks

| Track ID | Name | Type | Status | Step | Created |
|----------|------|------|--------|------|---------|
| ${id} | Login | feature | ${status} | ${step} | 2026-01-01 |

## Completed Tracks

| Track ID | Name | Completed | Summary |
|----------|------|-----------|---------|
| (none yet) | | | |
`;
}

export function plan(...marks: readonly string[]): string {
  return `# Plan\n\n## Phase 1: Work\n\n${marks.map((mark, i) => `- [${mark}] Task 1.${i + 1}: Thing ${i + 1}`).join('\n')}\n`;
}

/** A part of parsed JSON by path, for assertions. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}
