import assert from 'node:assert/strict';
import { join } from 'node:path';
import { conductorHere } from './conductorHere';
import { conductor, documentOf, folderWith, temporaryFolder } from './conductorProcess';
import { below, google, loopPlan, shop } from './projects';
import { allTasks, errorShape, showShape } from './shapes';

async function show(folder: string, word: string, call: typeof conductorHere = conductorHere) {
  const finished = await call(['show', word, '--json'], { cwd: folder });
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  return showShape.parse(documentOf(finished));
}

async function refused(folder: string, word: string) {
  const finished = await conductorHere(['show', word, '--json'], { cwd: folder });
  assert.equal(finished.code, 1, finished.stdout);
  return errorShape.parse(documentOf(finished)).error;
}

describe('conductor show', function () {
  this.timeout(60_000);

  it('prints the promised JSON of an evaluate-loop track', async () => {
    const folder = folderWith(shop);
    const track = await show(folder, 'checkout_20260110', conductor);
    assert.equal(track.root, join(folder, 'conductor'));
    assert.deepEqual(
      track.phases.map((phase) => [phase.name, phase.number, phase.tasks.map((task) => task.id)]),
      [
        ['Foundations', '1', ['1.1', '1.2']],
        ['Payment', '2', ['2.1', '2.2', '2.3']],
      ],
    );
    const [first, second] = track.phases[0]?.tasks ?? [];
    assert.equal(first?.marker, 'done');
    assert.equal(first.commit, 'abc1234');
    assert.equal(first.text, 'Cart store');
    assert.equal(first.line, loopPlan.split('\n').findIndex((line) => line.includes('Task 1.1')) + 1);
    assert.deepEqual(
      second?.tasks.map((task) => task.marker),
      ['done', 'todo'],
    );
    assert.deepEqual(track.checkboxes, { total: 8, tasks: 7, elsewhere: 1 });
    assert.deepEqual(
      track.dag?.nodes.map((node) => node.id),
      ['1.1', '1.2'],
    );
    assert.deepEqual(track.dag?.parallelGroups[0]?.tasks, ['1.1', '1.2']);
    assert.equal(track.gates[0]?.verdict, 'PASS');
    assert.equal(track.gates[0]?.kind, 'plan');
    assert.notEqual(track.nextAction.kind, 'none');
  });

  it('gives every task an id of its own, also when the plan repeats a text', async () => {
    const folder = folderWith(shop);
    const ids = allTasks((await show(folder, 'search_20260112')).phases).map((task) => task.id);
    assert.equal(ids.length, 3);
    assert.equal(new Set(ids).size, 3);
  });

  it('shows a Google track: checkpoint, commit, sub-tasks, no loop', async () => {
    const track = await show(folderWith(google), 'dark_mode_20260201');
    assert.equal(track.dialect, 'google');
    assert.equal(track.step, null);
    assert.deepEqual(track.fixCycle, { count: null, max: null });
    assert.equal(track.phases[0]?.checkpoint, '1234567');
    assert.equal(track.phases[0]?.tasks[0]?.commit, 'abcdef1');
    assert.equal(track.phases[0]?.tasks[1]?.tasks.length, 2);
    assert.equal(track.dag, null);
  });

  it('shows a track without plan.md as having no phases and no check boxes', async () => {
    const folder = folderWith({ ...google, 'conductor/tracks/idea/spec.md': '# Idea\n' });
    const track = await show(folder, 'idea');
    assert.deepEqual(track.phases, []);
    assert.deepEqual(track.checkboxes, { total: 0, tasks: 0, elsewhere: 0 });
    const human = await conductor(['show', 'idea'], { cwd: folder });
    assert.equal(human.code, 0);
  });

  it('shows a track that is registered but not on disk', async () => {
    const folder = folderWith({
      ...google,
      'conductor/tracks.md': `${google['conductor/tracks.md'] ?? ''}\n---\n\n- [ ] **Track: Ghost**\n  *Link: [./tracks/ghost_20260202/](./tracks/ghost_20260202/)*\n`,
    });
    const track = await show(folder, 'ghost_20260202');
    assert.equal(track.path, null);
    assert.ok(track.problems > 0);
  });

  it('prints the ids that mark takes, for people', async () => {
    const { stdout, code } = await conductor(['show', 'checkout'], { cwd: folderWith(shop) });
    assert.equal(code, 0);
    assert.match(stdout, /Phase 2: Payment/);
    assert.match(stdout, /\[!\] 2\.2 +Bank transfer/);
    assert.match(stdout, /\[x\] 1\.1 +Cart store +abc1234/);
    assert.match(stdout, /Next +\S+: /);
    assert.ok(!stdout.includes('\u001b'));
  });

  describe('finds the track that a person means', () => {
    it('by the beginning of its id, in any letter case', async () => {
      const folder = folderWith(shop);
      assert.equal((await show(folder, 'check')).id, 'checkout_20260110');
      assert.equal((await show(folder, 'CHECKOUT_20260110')).id, 'checkout_20260110');
      assert.equal((await show(folder, 'login')).group, 'archived');
    });

    it('by the path of its folder or of a file in it', async () => {
      const folder = folderWith(shop);
      assert.equal((await show(folder, './conductor/tracks/search_20260112/')).id, 'search_20260112');
      assert.equal((await show(folder, 'conductor/tracks/search_20260112/plan.md')).id, 'search_20260112');
      assert.equal(
        (await show(folder, join(folder, 'conductor/archive/login_20251201'))).id,
        'login_20251201',
      );
    });

    it('by the id that metadata.json gives it', async () => {
      const folder = folderWith({
        ...google,
        'conductor/tracks/volume_parity/metadata.json': '{"track_id": "parity_volume", "status": "new"}',
        'conductor/tracks/volume_parity/plan.md': '- [ ] Task: x\n',
      });
      assert.equal((await show(folder, 'parity_volume')).id, 'volume_parity');
    });

    it('the live one, when an archived one has the same id', async () => {
      const folder = folderWith({
        ...google,
        'conductor/archive/dark_mode_20260201/plan.md': '- [x] Task: old\n',
      });
      assert.equal((await show(folder, 'dark_mode_20260201')).group, 'active');
      assert.equal((await show(folder, 'conductor/archive/dark_mode_20260201')).group, 'archived');
    });

    it('the archived one named exactly, though a live one begins with the same word', async () => {
      const folder = folderWith({
        ...google,
        'conductor/tracks/login_v2/plan.md': '- [ ] Task: new\n',
        'conductor/archive/login/plan.md': '- [x] Task: old\n',
      });
      assert.equal((await show(folder, 'login')).group, 'archived');
    });

    it('and lists candidates when several are meant', async () => {
      const folder = folderWith({
        ...google,
        'conductor/tracks/pay_card/plan.md': '- [ ] Task: a\n',
        'conductor/tracks/pay_cash/plan.md': '- [ ] Task: b\n',
      });
      const error = await refused(folder, 'pay_');
      assert.equal(error.code, 'track-ambiguous');
      assert.deepEqual(error.candidates.sort(), ['pay_card', 'pay_cash']);
      const human = await conductor(['show', 'pay_'], { cwd: folder });
      assert.equal(human.code, 1);
      assert.match(human.stderr, /^ {2}pay_card$/m);
      assert.equal(human.stdout, '');
    });

    it('with candidates that select as they stand, when two roots hold the same id', async () => {
      const folder = folderWith({ ...below('a', google), ...below('b', google) });
      const error = await refused(folder, 'dark_mode_20260201');
      assert.equal(error.code, 'track-ambiguous');
      assert.deepEqual(error.candidates.sort(), [
        'a/conductor:dark_mode_20260201',
        'b/conductor:dark_mode_20260201',
      ]);
      for (const candidate of error.candidates) {
        assert.equal((await show(folder, candidate)).root, join(folder, candidate.slice(0, 11)));
      }
      assert.equal((await show(folder, 'b:dark')).root, join(folder, 'b/conductor'));
    });

    it('and says what there is when none fits', async () => {
      const folder = folderWith(shop);
      const error = await refused(folder, 'payments');
      assert.equal(error.code, 'track-not-found');
      assert.deepEqual(error.candidates, ['checkout_20260110', 'search_20260112']);
      assert.equal((await refused(temporaryFolder(), 'x')).code, 'no-conductor');
      assert.equal((await refused(folder, '')).code, 'track-not-found');
    });
  });
});
