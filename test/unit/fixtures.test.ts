import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { markTaskEdits } from '../../src/files/planEdit';
import { parsePlan } from '../../src/files/planFile';
import { applyEdits } from '../../src/files/textEdit';
import { decodeText, encodeText } from '../../src/files/textFile';
import type { CheckBoxCount, Plan, Task } from '../../src/model/plan';
import type { Problem } from '../../src/model/problem';
import type { ConductorSnapshot, RootSnapshot } from '../../src/model/root';
import type { Track } from '../../src/model/track';
import { readConductor } from '../../src/store/readConductor';

const fixtures = path.resolve(__dirname, '../fixtures');
const names = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function read(name: string, archives = false): Promise<ConductorSnapshot> {
  return readConductor({ folders: [path.join(fixtures, name)], archives });
}

async function readOne(name: string, archives = false): Promise<RootSnapshot> {
  const { roots } = await read(name, archives);
  assert.equal(roots.length, 1, `${name} has one root`);
  return roots[0]!;
}

function trackOf(root: RootSnapshot, id: string): Track {
  const found = root.tracks.filter((track) => track.id === id);
  assert.equal(found.length, 1, `${id} among ${root.tracks.map((track) => track.id).join(', ')}`);
  return found[0]!;
}

async function planOf(name: string, id: string): Promise<Plan> {
  const { plan } = trackOf(await readOne(name), id);
  assert.ok(plan, `${id} has a plan`);
  return plan;
}

function tasksOf(plan: Plan | undefined): Task[] {
  return plan?.phases.flatMap((phase) => phase.tasks) ?? [];
}

function withSubTasks(tasks: readonly Task[]): Task[] {
  return tasks.flatMap((task) => [task, ...withSubTasks(task.tasks)]);
}

function markers(plan: Plan | undefined): string {
  return tasksOf(plan)
    .map((task) => task.marker)
    .join(' ');
}

function tracksIn(snapshot: ConductorSnapshot): Track[] {
  return snapshot.roots.flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])]);
}

function problemsIn(snapshot: ConductorSnapshot): Problem[] {
  return [
    ...snapshot.roots.flatMap((root) => root.problems),
    ...tracksIn(snapshot).flatMap((track) => track.problems),
  ];
}

function problemAbout(problems: readonly Problem[], fileEnd: string): Problem {
  const found = problems.find((problem) => problem.file.split(path.sep).join('/').endsWith(fileEnd));
  assert.ok(
    found,
    `a problem about ${fileEnd} among ${JSON.stringify(problems.map((p) => [p.code, p.file]))}`,
  );
  return found;
}

describe('fixtures: every directory', () => {
  function digest(folder: string): string {
    const hash = createHash('sha256');
    for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
      const file = path.join(folder, name);
      hash.update(name);
      if (statSync(file).isFile()) hash.update(readFileSync(file));
    }
    return hash.digest('hex');
  }

  for (const name of names) {
    it(`${name}: reads without a throw, twice the same, counts each check box once, touches nothing`, async () => {
      const before = digest(path.join(fixtures, name));
      const first = await read(name, true);
      const second = await read(name, true);
      const still = (snapshot: ConductorSnapshot) =>
        JSON.stringify(snapshot.roots.map((root) => ({ ...root, readAt: 0 })));
      assert.equal(still(second), still(first));
      for (const track of tracksIn(first)) {
        if (!track.plan) continue;
        const count: CheckBoxCount = track.plan.checkboxes;
        assert.equal(count.total, count.tasks + count.elsewhere, track.id);
        const ids = withSubTasks(tasksOf(track.plan)).map((task) => task.id);
        assert.equal(new Set(ids).size, ids.length, `${track.id}: task ids are unique: ${ids.join(' | ')}`);
      }
      for (const problem of problemsIn(first)) {
        assert.ok(path.isAbsolute(problem.file), `${problem.code} names its file`);
        assert.ok(problem.message.length > 10, `${problem.code} says what happened`);
        assert.match(problem.code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      }
      assert.equal(digest(path.join(fixtures, name)), before);
    });
  }
});

describe('fixtures: marking a task and marking it back', () => {
  const habits = { doing: '~', done: 'x', commitForm: 'comment' } as const;

  function mark(text: string, taskId: string, marker: 'todo' | 'done'): string {
    const result = markTaskEdits(text, parsePlan(text), { taskId, marker, force: true }, habits);
    if ('refused' in result) assert.fail(`${taskId}: ${result.refused.message}`);
    return applyEdits(text, result.edits);
  }

  for (const name of names) {
    const plans = (readdirSync(path.join(fixtures, name), { recursive: true }) as string[]).filter(
      (file) => path.basename(file) === 'plan.md' && statSync(path.join(fixtures, name, file)).isFile(),
    );
    if (plans.length === 0) continue;
    it(`${name}: changes one character, and leaves the bytes as they were`, () => {
      for (const file of plans) {
        const bytes = readFileSync(path.join(fixtures, name, file));
        const decoded = decodeText(bytes);
        if (!decoded) continue;
        const { text, encoding } = decoded;
        for (const task of withSubTasks(tasksOf(parsePlan(text)))) {
          const range = task.markerRange;
          const written = range && text.slice(range.start, range.end);
          if (written !== ' ' && written !== 'x') continue;
          const there = mark(text, task.id, written === ' ' ? 'done' : 'todo');
          assert.equal(there.length, text.length, `${file} ${task.id}`);
          const differ = Array.from({ length: text.length }, (_, at) => at).filter(
            (at) => there[at] !== text[at],
          );
          assert.deepEqual(differ, [range?.start], `${file} ${task.id}: one character`);
          const back = mark(there, task.id, written === ' ' ? 'todo' : 'done');
          assert.deepEqual(Buffer.from(encodeText(back, encoding)), bytes, `${file} ${task.id}`);
        }
      }
    });
  }
});

describe('fixtures: bytes', () => {
  it('utf16: UTF-16 files of either order read like any other', async () => {
    const root = await readOne('utf16');
    const lights = trackOf(root, 'pier-lights_20260901');
    assert.equal(markers(lights.plan), 'done doing todo');
    const fuse = tasksOf(lights.plan)[1]!;
    assert.equal(fuse.text, 'Prüfe die Sicherung – 16 A');
    assert.equal(fuse.tasks.map((task) => task.text).join('; '), 'Fuse box; Label it ⚡');
    assert.equal(lights.name, 'Pier lights');
    assert.equal(lights.metadata?.status, 'in_progress');
    assert.equal(markers(trackOf(root, 'night-signs_20260901').plan), 'done todo');
  });

  it('bom: a BOM hides nothing; the folder wins over the id in the registry and both are shown', async () => {
    const root = await readOne('bom');
    assert.deepEqual(
      root.tracks.map((track) => [track.id, track.registered, track.folder !== undefined]).sort(),
      [
        ['table_tide_20260902', true, false],
        ['tide_table_20260902', false, true],
      ],
    );
    const tide = trackOf(root, 'tide_table_20260902');
    assert.equal(markers(tide.plan), 'done todo');
    assert.equal(tide.metadata?.id, 'tide_table_20260902');
  });

  it('mixed-eol: mixed line ends, tabs and a missing last newline', async () => {
    const plan = await planOf('mixed-eol', 'ropes_20260903');
    assert.equal(markers(plan), 'done doing todo');
    assert.equal(withSubTasks(tasksOf(plan)).length, 5);
    assert.equal(tasksOf(plan)[2]!.text, 'Whipping, no newline at the end');
  });

  it('literal-newlines: says so instead of showing an empty plan as a finished one', async () => {
    const snapshot = await read('literal-newlines');
    const horn = trackOf(snapshot.roots[0]!, 'fog_horn_20260904');
    assert.notEqual(horn.group, 'done');
    const problems = problemsIn(snapshot);
    problemAbout(problems, 'fog_horn_20260904/plan.md');
    problemAbout(problems, 'fog_horn_20260904/metadata.json');
  });

  it('not-text: a PNG and a folder called plan.md are named; Latin-1 is read', async () => {
    const snapshot = await read('not-text');
    const problems = problemsIn(snapshot);
    problemAbout(problems, 'photo_20260912/plan.md');
    problemAbout(problems, 'folder_20260912/plan.md');
    assert.equal(trackOf(snapshot.roots[0]!, 'photo_20260912').plan, undefined);
    const latin = trackOf(snapshot.roots[0]!, 'latin_20260912').plan;
    assert.deepEqual(
      tasksOf(latin).map((task) => task.text),
      ['Grüßen', 'Tschüss'],
    );
  });
});

describe('fixtures: plans', () => {
  it('repeated-numbers: eight tasks, each with its own identity', async () => {
    const plan = await planOf('repeated-numbers', 'buoys_20260905');
    assert.equal(tasksOf(plan).length, 8);
    assert.equal(new Set(plan.phases.map((phase) => phase.key)).size, 3);
  });

  it('heading-tasks: box first, box last, none; fences hold no tasks', async () => {
    const root = await readOne('heading-tasks');
    const depth = trackOf(root, 'depth-map').plan;
    assert.deepEqual(
      tasksOf(depth).map((task) => [task.id, task.marker]),
      [
        ['T0.1', 'done'],
        ['T0.4', 'doing'],
        ['T0.5', 'blocked'],
        ['T2.1', 'todo'],
      ],
    );
    assert.equal(markers(trackOf(root, 'cards').plan), 'done doing todo');
    const url = trackOf(root, 'url-state');
    assert.deepEqual(
      tasksOf(url.plan).map((task) => [task.id, task.place]),
      [
        ['T1', 'derived'],
        ['T4', 'derived'],
      ],
    );
    assert.equal(url.progress.done, 0);
  });

  it('status-fields: the field is the marker, and the line in the head of the plan is no task', async () => {
    const plan = await planOf('status-fields', 'modules_20260906');
    assert.deepEqual(
      tasksOf(plan).map((task) => [task.id, task.marker, task.place]),
      [
        ['0.1', 'done', 'statusField'],
        ['0.2', 'doing', 'statusField'],
        ['0.3', 'todo', 'statusField'],
      ],
    );
    assert.equal(tasksOf(plan)[0]!.commit, 'e38627c');
    assert.deepEqual(tasksOf(plan)[1]!.dependsOn, ['0.1']);
  });

  it('attribute-boxes: boxes on fields and in a completion list are not tasks of their own', async () => {
    const plan = await planOf('attribute-boxes', 'launch_20260907');
    assert.deepEqual(
      tasksOf(plan).map((task) => task.id),
      ['1.1', '1.2'],
    );
    assert.equal(tasksOf(plan)[1]!.place, 'listBox', 'the only box of a heading task is its marker');
    assert.deepEqual(plan.checkboxes, { total: 6, tasks: 1, elsewhere: 5 });
  });

  it('task-checklist: the closing checklist does not double the work', async () => {
    const plan = await planOf('task-checklist', 'guard-rails_20260908');
    assert.equal(plan.checkboxes.total, 3);
    assert.equal(plan.dag?.nodes.length, 3);
  });

  it('markers: every marker, bullet and commit form', async () => {
    const plan = await planOf('markers', 'every-mark_20260909');
    const [frontMatter, characters, bullets, commits] = plan.phases;
    assert.deepEqual(
      frontMatter!.tasks.map((task) => [task.id, task.marker]),
      [['0', 'done']],
    );
    assert.equal(
      characters!.tasks.map((task) => task.marker).join(' '),
      'todo todo doing doing done done done blocked skipped unclear done todo',
    );
    assert.equal(characters!.checkpoint, '');
    assert.deepEqual(characters!.tasks[7]!.notes, ['Reason: waits for paint']);
    assert.equal(bullets!.number, '2b');
    assert.equal(bullets!.saysDone, true);
    assert.equal(bullets!.tasks.length, 5);
    assert.equal(commits!.checkpoint, '1234567');
    assert.deepEqual(
      commits!.tasks.map((task) => task.commit ?? ''),
      ['abcdef1', 'abcdef2', 'abcdef3', 'abcdef4', 'abcdef5', 'abcdef6', '', 'abcdef7', 'abcdef9', '1bcdefa'],
    );
    assert.equal(tasksOf(plan).length, 28, 'quotes, fences and acceptance criteria hold no tasks');
    assert.deepEqual(
      plan.elsewhere.map((box) => box.text),
      ['quoted', 'It floats'],
    );
  });

  it('no-tasks: a plan without tasks is never complete', async () => {
    const root = await readOne('no-tasks');
    for (const track of root.tracks) {
      assert.deepEqual(track.progress, { total: 0, done: 0, doing: 0, blocked: 0, skipped: 0 });
      assert.notEqual(track.group, 'done');
    }
    assert.equal(root.tracks.length, 3);
  });

  it('merge-conflict: is named', async () => {
    const problem = problemAbout(problemsIn(await read('merge-conflict')), 'ballast_20260911/plan.md');
    assert.equal(problem.line, 5);
  });
});

describe('fixtures: metadata.json', () => {
  const kinds =
    'escaped-quotes text-after second-brace inner-quotes missing-comma comments two-objects array torn';
  for (const kind of kinds.split(' ')) {
    it(`invalid-json: ${kind} is an error with its place, and the plan is shown`, async () => {
      const track = trackOf(await readOne('invalid-json'), `json-${kind}_20260913`);
      assert.equal(problemAbout(track.problems, 'metadata.json').severity, 'error');
      assert.deepEqual(track.progress, { total: 2, done: 1, doing: 0, blocked: 0, skipped: 0 });
    });
  }

  it('odd-json: what the machine does not understand is kept as written and not acted on', async () => {
    const root = await readOne('odd-json');
    const trial = trackOf(root, 'sea-trial_20260914');
    assert.equal(trial.loop?.writtenStep, 'GAME_VERIFICATION');
    assert.equal(trial.loop.understood, false);
    assert.equal(trial.status, 'implemented, E2E verified');
    const parallel = trackOf(root, 'root-checkpoints_20260914').loop;
    assert.equal(parallel?.step, 'EXECUTE');
    assert.equal(parallel.executionMode, 'PARALLEL');
    assert.equal(parallel.checkpoints.EXECUTE?.lastTask, 'Task 1');
    const strings = trackOf(root, 'strings_20260914');
    assert.equal(strings.metadata?.version, 3);
    assert.equal(strings.metadata.blockers[0]?.description, 'no wind');
    assert.equal(strings.loop?.step, 'EXECUTE');
    assert.equal(strings.loop.maxFixCycles, 5);
  });
});

describe('fixtures: registries', () => {
  it('wrapped-registry: entries and links broken over lines', async () => {
    const root = await readOne('wrapped-registry');
    assert.deepEqual(
      root.tracks.map((track) => [track.id, track.registered]),
      [
        ['wrapped_20260915', true],
        ['summary_20260915', true],
      ],
    );
  });

  it('comment-registry: archived tracks are counted, and read when asked for', async () => {
    const root = await readOne('comment-registry');
    assert.deepEqual(root.tracks, []);
    assert.equal(root.archive.count, 2);
    const archived = (await readOne('comment-registry', true)).archive.tracks ?? [];
    assert.deepEqual(archived.map((track) => track.id).sort(), ['keel_20260220', 'mast_20260314']);
  });

  it('blank-line-table: rows apart, boxes without a space, the status line of the plan', async () => {
    const root = await readOne('blank-line-table');
    assert.deepEqual(
      root.tracks.map((track) => [
        track.id,
        track.dialect,
        track.progress.done,
        track.progress.total,
        track.group,
      ]),
      [
        ['hull_20260916', 'wshobson', 2, 2, 'done'],
        ['deck_20260916', 'wshobson', 1, 2, 'active'],
        ['sails_20260916', 'wshobson', 0, 2, 'ready'],
      ],
    );
  });

  it('emoji-registry: rows without folders are shown as such', async () => {
    const root = await readOne('emoji-registry');
    assert.deepEqual(
      root.tracks.map((track) => [track.id, track.folder]),
      [
        ['rudder_20260917', undefined],
        ['tiller_20260917', undefined],
      ],
    );
    assert.equal(root.archive.count >= 1, true);
  });

  it('two-forms: all forms in one file', async () => {
    const root = await readOne('two-forms');
    for (const id of ['anchor', 'winch', 'chain', 'capstan']) {
      assert.equal(trackOf(root, `${id}_20260918`).registered, true, id);
    }
  });

  it('registry-noise: checklists and other tables are not tracks', async () => {
    const root = await readOne('registry-noise');
    assert.deepEqual(root.tracks.map((track) => track.id).sort(), ['T001', 'T002']);
  });

  it('empty-registry and unregistered-and-missing: both sides are shown and marked', async () => {
    const empty = await readOne('empty-registry');
    assert.deepEqual(
      empty.tracks.map((track) => [track.id, track.registered]),
      [
        ['oars_20260919', false],
        ['thole_20260919', false],
      ],
    );
    const both = await readOne('unregistered-and-missing');
    assert.deepEqual(
      both.tracks.map((track) => [track.id, track.registered, track.folder !== undefined]),
      [
        ['here_20260920', true, true],
        ['gone_20260920', true, false],
        ['forgotten_20260920', false, true],
      ],
    );
    assert.ok(
      trackOf(both, 'forgotten_20260920').problems.some((problem) => problem.repair === 'registerTrack'),
    );
  });

  it('outside-links: nothing outside the root is read', async () => {
    const root = await readOne('outside-links');
    const home = trackOf(root, 'home_20260921');
    assert.equal(home.registered, true);
    for (const track of root.tracks) {
      const inside = track.folder === undefined || track.folder.startsWith(root.path + path.sep);
      assert.ok(inside, `${track.folder}`);
    }
  });

  it('russian: tasks and phases in another language', async () => {
    const plan = await planOf('russian', 'base');
    assert.equal(markers(plan), 'done todo');
    assert.equal(tasksOf(plan)[0]!.tasks.length, 1);
    assert.equal(plan.phases.length, 2);
  });
});

describe('fixtures: where things lie', () => {
  it('domains: tracks one level deeper know their domain', async () => {
    const root = await readOne('domains');
    const ledger = trackOf(root, 'ledger_20260922');
    assert.equal(ledger.domain, 'harbour-office');
    assert.equal(ledger.registered, true);
    assert.equal(markers(ledger.plan), 'done doing');
    assert.equal(trackOf(root, 'berths_20260922').registered, false);
  });

  it('two-roots: all conductor directories of a folder', async () => {
    const { roots } = await read('two-roots');
    const relative = roots.map((root) =>
      path.relative(path.join(fixtures, 'two-roots'), root.path).split(path.sep).join('/'),
    );
    assert.deepEqual(relative.sort(), ['.conductor', 'conductor', 'services/search/conductor']);
    for (const root of roots) assert.equal(root.tracks.length, 1);
  });

  it("root-in-archive: a directory inside another one's archive is not live", async () => {
    const root = await readOne('root-in-archive', true);
    assert.deepEqual(
      root.tracks.map((track) => track.id),
      ['live_20260924'],
    );
    const archived = root.archive.tracks?.map((track) => track.id) ?? [];
    for (const id of ['live_20260924', 'old_20260101', 'older_20260101'])
      assert.ok(archived.includes(id), id);
  });

  it('capital: Conductor/ and links that say conductor/', async () => {
    const root = await readOne('capital');
    const matching = trackOf(root, 'matching_20260925');
    assert.equal(matching.registered, true);
    assert.equal(markers(matching.plan), 'done skipped doing');
  });

  for (const name of ['lookalike', 'track-system']) {
    it(`${name}: shows nothing and does not fail`, async () => {
      const snapshot = await read(name);
      assert.deepEqual(snapshot.roots, []);
    });
  }
});

describe('fixtures: dialects', () => {
  it('beads, google, lane: told apart by what lies there', async () => {
    assert.equal(trackOf(await readOne('beads'), 'cargo_20260926').dialect, 'beads');
    const google = await readOne('google-two-forms');
    assert.deepEqual(
      google.tracks.map((track) => [track.id, track.dialect, track.registered]),
      [
        ['lighthouse_20260927', 'google', true],
        ['lens_20260927', 'google', true],
      ],
    );
    const tower = tasksOf(trackOf(google, 'lighthouse_20260927').plan);
    assert.equal(tower[0]!.commit, '1b2c3d4');
    assert.equal(tower[1]!.needsPerson, true);
    assert.equal(trackOf(await readOne('lane'), 'KAN-357-gangway').dialect, 'lane');
  });

  it('beads: files and dependencies come from comments', async () => {
    const [weigh, stow] = tasksOf(await planOf('beads', 'cargo_20260926'));
    assert.deepEqual(weigh!.files, ['src/weigh.ts', 'src/scale.ts']);
    assert.equal(weigh!.commit, undefined);
    assert.deepEqual(stow!.files, ['src/stow.ts']);
  });
});

describe('fixtures: dags, bus, reports', () => {
  for (const [kind, sort] of [
    ['invalid-yaml', 'error'],
    ['cycle', 'error'],
    ['unknown-dependency', 'error'],
    ['duplicate-id', 'error'],
    ['false-conflict-free', 'warning'],
    ['not-a-map', 'error'],
  ] as const) {
    it(`dags: ${kind} is named and the tasks are shown`, async () => {
      const track = trackOf(await readOne('dags'), `${kind}_20260928`);
      assert.equal(track.progress.total, 3);
      const problems = track.problems.filter((problem) => problem.file.endsWith('plan.md'));
      assert.ok(problems.length > 0, `a problem, ${sort} or milder`);
      for (const problem of problems) assert.ok((problem.line ?? 0) > 0, `${problem.code} has a line`);
    });
  }

  it('dags: numbers as ids are read; drawings are no graph and no problem', async () => {
    const root = await readOne('dags');
    assert.deepEqual(
      trackOf(root, 'numeric-ids_20260928')
        .plan?.dag?.nodes.slice(0, 2)
        .map((node) => node.id),
      ['1.1', '1.2'],
    );
    for (const kind of ['ascii', 'mermaid']) {
      const track = trackOf(root, `${kind}_20260928`);
      assert.equal(track.plan?.dag, undefined);
      assert.deepEqual(
        track.problems.filter((problem) => problem.severity === 'error'),
        [],
      );
    }
  });

  it('bus: a torn last line is waited for, other rubbish is named, the rest is shown', async () => {
    const root = await readOne('bus');
    const bus = trackOf(root, 'torn_20260929').bus;
    assert.ok(bus);
    assert.equal(
      bus.messages.some((message) => message.id === 'msg-5'),
      true,
    );
    assert.equal(
      bus.messages.some((message) => message.id === 'msg-6'),
      false,
      'the torn line',
    );
    assert.ok(bus.problems.some((problem) => problem.line === 3));
    assert.deepEqual(bus.waiting.map((wait) => [wait.source, wait.waitingFor]).sort(), [
      ['worker-1', 'worker-2'],
      ['worker-2', 'worker-1'],
    ]);
    assert.equal(bus.messages.find((message) => message.type === 'EXECUTE_START')?.payload['tasks'], 3);
    assert.deepEqual(
      bus.locks.map((lock) => [lock.path, lock.workerId]),
      [
        ['src/a.ts', 'worker-1'],
        ['src/b.ts', 'worker-2'],
      ],
    );
    assert.equal(bus.workers.find((worker) => worker.workerId === 'worker-2')?.status, 'COMPLETE');
    assert.equal(bus.board?.votes['CPO']?.verdict, 'REJECT');
    const broken = trackOf(root, 'broken_20260929');
    assert.ok((broken.bus?.problems.length ?? 0) >= 1, 'broken files are named');
  });

  it('reports: verdicts as people write them', async () => {
    const root = await readOne('reports');
    const last = (id: string) => trackOf(root, `${id}_20260930`).reports.at(-1)?.report;
    assert.equal(last('emoji')?.verdict, 'PASS');
    assert.deepEqual(
      last('emoji')?.checks.map((check) => check.status),
      ['pass', 'not-applicable', 'not-configured'],
    );
    assert.equal(last('bold')?.verdict, 'FAIL');
    assert.equal(last('contradictory')?.contradictory, true);
    const inferred = trackOf(root, 'inferred_20260930');
    assert.equal(inferred.loop?.source ?? 'inferred', 'inferred');
  });
});
