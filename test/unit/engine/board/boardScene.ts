import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync as readdir, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdBoard, type BoardOutcome, type BoardRequest } from '../../../../src/engine/board/boardMeeting';
import { NodeBackgroundAgents } from '../../../../src/engine/run/nodeBackgroundAgents';
import { withRun } from '../../../../src/engine/run/openRun';
import { NodeProcesses } from '../../../../src/engine/run/processes';
import type { RunEvent } from '../../../../src/engine/run/runEvent';
import type { RunPorts } from '../../../../src/engine/run/runPorts';
import type { EditRefusal } from '../../../../src/model/edit';
import { defaultParallelSettings } from '../../../../src/rules/parallel';
import { DiskFileEditor } from '../../../../src/store/fileEditor';
import { DiskTrackSource } from '../../../../src/store/trackSource';
import { id, loopProject, type Project } from '../project';

/**
 * A director, as a process: what it does is read from the folder `directors` of the project, by "CSO assess",
 * "CSO discuss 1", else "* assess". Each start leaves a line in `asked.log`. A shell starts in a tenth of the time that
 * node takes, and a meeting has fifteen of them. It prints first: what printed nothing may never have been started.
 */
const director = `
echo "$CONDUCTOR_DIRECTOR is here"
cd "$CONDUCTOR_ROOT" || exit 9
what="$CONDUCTOR_BOARD_PHASE\${CONDUCTOR_BOARD_ROUND:+ $CONDUCTOR_BOARD_ROUND}"
printf '%s\\n' "$CONDUCTOR_DIRECTOR $what" >> asked.log
turn=$(grep -cxF -- "$CONDUCTOR_DIRECTOR $what" asked.log)
rule="directors/$CONDUCTOR_DIRECTOR $what"
[ -d "$rule" ] || rule="directors/* $what"
while [ "$turn" -gt 1 ] && ! [ -f "$rule/$turn.sh" ]; do turn=$((turn - 1)); done
[ -f "$rule/$turn.sh" ] && . "./$rule/$turn.sh"
exit 0
`;

/** One turn of a director, for that shell. */
function turnText({ answer, text, exit, endless, until }: Rule): string {
  const said = text ?? (answer && JSON.stringify(answer));
  const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  return [
    ...(until === undefined ? [] : [`until [ -e ${quoted(until)} ]; do sleep 0.01; done`]),
    ...(said === undefined ? [] : [`printf '%s' ${quoted(said)} > "$CONDUCTOR_ANSWER"`]),
    ...(endless ? ['while :; do sleep 1; done'] : []),
    `exit ${exit ?? 0}`,
    '',
  ].join('\n');
}

export interface Rule {
  readonly answer?: object;
  /** The answer as it stands in the file. */
  readonly text?: string;
  readonly exit?: number;
  readonly endless?: boolean;
  /** Waits for this file of the project first. */
  readonly until?: string;
}

/** "CSO assess" → what it does; a list: what it does the first time, the second, … */
export type Directors = Readonly<Record<string, Rule | readonly Rule[]>>;

export const assessing = (verdict: string, more: object = {}): Rule => ({
  answer: { verdict, score: 8, key_points: ['small'], concerns: [], recommendations: [], ...more },
});
export const voting = (final_verdict: string, conditions: readonly string[] = []): Rule => ({
  answer: { final_verdict, confidence: 0.9, conditions },
});
export const silent: Rule = {};

/** All assess with concerns (so that there is a discussion), say nothing, and approve. */
export const agreeable: Directors = {
  '* assess': assessing('APPROVE', { questions_for_board: ['Why now?'] }),
  '* discuss 1': silent,
  '* vote': voting('APPROVE'),
};

export const evaluated = {
  current_step: 'EVALUATE_PLAN',
  step_status: 'PASSED',
  checkpoints: {
    PLAN: { status: 'PASSED', completed_at: '2026-01-01T08:00:00Z' },
    EVALUATE_PLAN: {
      status: 'PASSED',
      verdict: 'PASS',
      started_at: '2026-01-01T09:00:00Z',
      completed_at: '2026-01-01T10:00:00Z',
    },
  },
};

export class BoardScene {
  readonly events: RunEvent[] = [];

  private constructor(readonly project: Project) {}

  static async make(
    directors: Directors,
    loop: Readonly<Record<string, unknown>> = evaluated,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<BoardScene> {
    const scene = new BoardScene(await loopProject(loop, more));
    await scene.script(directors);
    return scene;
  }

  /** A scene in a project that is there already. */
  static in(project: Project): BoardScene {
    return new BoardScene(project);
  }

  async script(directors: Directors): Promise<void> {
    const folder = join(this.project.folder, 'directors');
    await rm(folder, { recursive: true, force: true });
    for (const [who, rule] of Object.entries(directors)) {
      await mkdir(join(folder, who), { recursive: true });
      const turns: readonly Rule[] = Array.isArray(rule) ? rule : [rule];
      for (const [i, turn] of turns.entries())
        await writeFile(join(folder, who, `${i + 1}.sh`), turnText(turn));
    }
  }

  /** Lets those go on who wait for it. */
  release(name: string): Promise<void> {
    return writeFile(join(this.project.folder, name), '');
  }

  /** "CSO assess" in the order of their starts. */
  asked(): string[] {
    const file = join(this.project.folder, 'asked.log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
  }

  hold(
    request: Partial<BoardRequest> = {},
    o: { readonly signal?: AbortSignal; readonly limitMs?: number; readonly executable?: string } = {},
  ): Promise<BoardOutcome | { readonly refused: EditRefusal }> {
    return holdIn(this.project, request, { ...o, emit: (event) => void this.events.push(event) });
  }

  file(name: string): string {
    return join(this.project.conductor, 'tracks', id, name);
  }

  board(name: string): string {
    return readFileSync(this.file(`.message-bus/board/${name}`), 'utf8');
  }

  session(): Record<string, unknown> & { session_id: string } {
    const [name] = this.sessions().slice(-1);
    return JSON.parse(this.board(name!)) as Record<string, unknown> & { session_id: string };
  }

  sessions(): string[] {
    return readdir(this.file('.message-bus/board')).filter((name) => name.startsWith('session-'));
  }

  /** Messages of a type on the bus, as [source, payload]. */
  posted(type: string): [string, Record<string, unknown>][] {
    return readFileSync(this.file('.message-bus/queue.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; source: string; payload: Record<string, unknown> })
      .filter((message) => message.type === type)
      .map(({ source, payload }) => [source, payload]);
  }
}

/** Holds a meeting as a run of its own: real lock, real journal, real processes. */
export function holdIn(
  project: Pick<Project, 'conductor' | 'folder'>,
  request: Partial<BoardRequest>,
  o: {
    readonly signal?: AbortSignal;
    readonly limitMs?: number;
    readonly executable?: string;
    emit(event: RunEvent): void;
  },
): Promise<BoardOutcome | { readonly refused: EditRefusal }> {
  const root = project.conductor;
  const trackFolder = join(root, 'tracks', id);
  const processes = new NodeProcesses();
  const ports: RunPorts = {
    editor: new DiskFileEditor({ settleMs: 0 }),
    clock: () => new Date(),
    git: { headCommit: () => Promise.resolve(undefined) },
    agents: new NodeBackgroundAgents({ processes, graceMs: 300 }),
    processes,
    tracks: new DiskTrackSource({ root, trackFolder }),
    newId: randomUUID,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, 20));
        signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      }),
    confirm: () => Promise.resolve('yes'),
  };
  return withRun(
    {
      ports,
      place: { root, projectRoot: project.folder, trackFolder, trackId: id },
      settings: {
        provider: {
          name: 'scripted',
          executable: o.executable ?? 'sh',
          args: ['-c', director, 'director', '{prompt}'],
        },
        mode: 'through',
        parallel: defaultParallelSettings,
        agentTimeLimitMs: o.limitMs ?? 60_000,
        onUserQuestion: 'stop',
      },
      face: 'command line',
      signal: o.signal ?? new AbortController().signal,
      emit: (event) => o.emit(event),
    },
    ({ context }) =>
      holdBoard(context, {
        checkpoint: 'EVALUATE_PLAN',
        quick: false,
        proposal: '# Do it\n\nAll of it.',
        ...request,
      }),
  );
}
