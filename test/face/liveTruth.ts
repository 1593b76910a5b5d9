import fs from 'node:fs';
import path from 'node:path';
import type { Workbench } from './workbench';

/** What the files of a track say, read in the plainest way: nothing of the extension's own reading is used. */
export interface LiveTruth {
  readonly tasks: readonly LiveTask[];
  /** Of all check boxes below the tasks, by their text. */
  readonly subTasks: ReadonlyMap<string, string>;
  readonly done: number;
  readonly total: number;
  readonly step: string;
  readonly stepStatus: string;
  readonly fixCycles: number;
  readonly workers: readonly { readonly task: string; readonly status: string; readonly percent: number }[];
  readonly session: string;
  /** Director → verdict, of the meeting that is on the bus. */
  readonly votes: Readonly<Record<string, string>>;
  /** What the board set. */
  readonly conditions: readonly string[];
  /** The verdict of the last report about the plan, in plan.md. */
  readonly planEvaluation?: string;
  /** The verdict of the last report in evaluation-report.md. */
  readonly evaluation?: string;
  /** How many reports stand in evaluation-report.md: some agents add theirs, some replace what was there. */
  readonly evaluations: number;
  readonly registryStep: string;
}

export interface LiveTask {
  /** "3.4"; none for the tasks of fix phases. */
  readonly id?: string;
  readonly name: string;
  readonly marker: string;
  /** In the graph: only for those with an id. */
  readonly state?: 'Done' | 'Skipped' | 'Blocked' | 'Running' | 'Ready' | 'Waiting';
}

/** @param track id, which is the name of its folder */
export function readTruth(workbench: Workbench, track: string): LiveTruth {
  const folder = `conductor/tracks/${track}`;
  const read = (file: string, otherwise: string): string => {
    const [, parent = '', name = ''] = /^(.*?)([^/]*)$/.exec(file) ?? [];
    return listed(workbench, `${folder}/${parent}`).includes(name)
      ? workbench.read(`${folder}/${file}`)
      : otherwise;
  };
  const plan = read('plan.md', '');
  const { loop_state: loop, board_conditions: conditions = [] } = JSON.parse(read('metadata.json', '')) as {
    loop_state: { current_step: string; step_status: string; fix_cycle_count?: number };
    board_conditions?: string[];
  };
  const workers = Object.values(
    JSON.parse(read('.message-bus/worker-status.json', '{}')) as Record<
      string,
      { task_id: string; status: string; progress_pct: number }
    >,
  ).map(({ task_id: task, status, progress_pct: percent }) => ({ task, status, percent }));
  const marked = [...plan.matchAll(/^- \[(.)\] (?:Task (\d+\.\d+)|Fix [\d.]+): ([^<\n]*)/gm)].map(
    ([, marker = '', id, name = '']) => ({ marker, id, name: name.trim() }),
  );
  const markerOf = new Map(marked.map(({ id, marker }) => [id, marker]));
  const stuck = new Set(workers.filter(({ status }) => status === 'BLOCKED').map(({ task }) => task));
  const stateOf = (id: string, marker: string): LiveTask['state'] => {
    if (marker === 'x') return 'Done';
    if (marker === '-') return 'Skipped';
    if (marker === '!' || stuck.has(id)) return 'Blocked';
    if (marker === '~') return 'Running';
    const needs = new RegExp(`id: "${id}"[^]*?depends_on: \\[(.*?)\\]`).exec(plan)?.[1] ?? '';
    const open = [...needs.matchAll(/"(.*?)"/g)].some(
      ([, need]) => !'x-'.includes(markerOf.get(need) ?? ' '),
    );
    return open ? 'Waiting' : 'Ready';
  };
  const sessions = listed(workbench, `${folder}/.message-bus/board`).filter((name) =>
    name.startsWith('session-'),
  );
  const session = sessions.sort().at(-1);
  // In a quick review the assessments are the votes.
  const quick =
    session !== undefined &&
    (JSON.parse(read(`.message-bus/board/${session}`, '{}')) as { proposal?: { quick_mode?: boolean } })
      .proposal?.quick_mode === true;
  const votes = Object.entries(
    JSON.parse(read(`.message-bus/board/${quick ? 'assessments' : 'votes'}.json`, '{}')) as Record<
      string,
      { final_verdict?: string; verdict?: string }
    >,
  ).map(([who, vote]) => [who, (quick ? vote.verdict : vote.final_verdict) ?? ''] as const);
  const planEvaluation = verdicts(plan).at(-1);
  const evaluations = verdicts(read('evaluation-report.md', ''));
  const evaluation = evaluations.at(-1);
  return {
    tasks: marked.map(({ id, name, marker }) => ({
      name,
      marker,
      ...(id === undefined ? {} : { id, state: stateOf(id, marker) }),
    })),
    subTasks: new Map(
      [...plan.matchAll(/^ {2}- \[(.)\] (.*)$/gm)].map(([, marker = '', text = '']) => [text, marker]),
    ),
    done: marked.filter(({ marker }) => marker === 'x').length,
    total: marked.length,
    step: loop.current_step,
    stepStatus: loop.step_status,
    fixCycles: loop.fix_cycle_count ?? 0,
    workers,
    session: session?.replace(/^session-|\.json$/g, '') ?? '',
    votes: Object.fromEntries(votes),
    conditions,
    ...(planEvaluation === undefined ? {} : { planEvaluation }),
    ...(evaluation === undefined ? {} : { evaluation }),
    evaluations: evaluations.length,
    registryStep:
      new RegExp(`^\\| ${track} \\|(?:[^|]*\\|){3} (\\S+) \\|`, 'm').exec(
        workbench.read('conductor/tracks.md'),
      )?.[1] ?? '',
  };
}

function verdicts(text: string): string[] {
  return [...text.matchAll(/^### Verdict: (\w+)/gm)].map(([, verdict = '']) => verdict);
}

/** Nothing in a folder that is not there. */
function listed(workbench: Workbench, folder: string): string[] {
  return fs.existsSync(path.join(workbench.folder, folder)) ? workbench.list(folder) : [];
}
