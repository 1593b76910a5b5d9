import assert from 'node:assert/strict';
import type { Track } from '../../../src/model/track';
import { driftOf } from '../../../src/rules/drift';
import { groupOf } from '../../../src/rules/trackGroup';
import { checkpointOf, entryOf, loopOf, metadataOf, planOf, trackOf } from './builders';

const google = (marks: string, status: string | undefined, o: Partial<Track> = {}) =>
  trackOf({
    dialect: 'google',
    plan: planOf(marks),
    metadata: metadataOf(status === undefined ? {} : { status }),
    ...o,
  });
const all = {
  PLAN: checkpointOf(),
  EVALUATE_PLAN: checkpointOf(),
  EXECUTE: checkpointOf(),
  EVALUATE_EXECUTION: checkpointOf(),
};
const looped = (loop: Parameters<typeof loopOf>[0], status: string, o: Partial<Track> = {}) =>
  trackOf({ metadata: metadataOf({ status, loop: loopOf({ checkpoints: all, ...loop }) }), ...o });
const found = (track: Track) =>
  driftOf(track).map(({ code, severity, repair }) => [code, severity, repair].filter(Boolean).join(' '));

describe('drift', () => {
  it('files that agree have none', () => {
    assert.deepEqual(found(google('x ', 'in_progress', { entry: entryOf({ marker: 'doing' }) })), []);
    assert.deepEqual(found(google('xx', 'completed', { entry: entryOf({ marker: 'done' }) })), []);
    assert.deepEqual(found(google('  ', 'new', { entry: entryOf({ marker: 'todo' }) })), []);
    assert.deepEqual(
      found(
        looped(
          {
            step: 'EXECUTE',
            stepStatus: 'IN_PROGRESS',
            checkpoints: { ...all, EXECUTE: checkpointOf({ status: 'IN_PROGRESS' }) },
          },
          'in_progress',
          { plan: planOf('x ') },
        ),
      ),
      [],
    );
    assert.deepEqual(
      found(looped({ step: 'COMPLETE', stepStatus: 'PASSED' }, 'complete', { plan: planOf('xx') })),
      [],
    );
  });

  it('`new` with all tasks done is one finding, also when tracks.md is stale too', () => {
    const track = google('xx', 'new', { entry: entryOf({ marker: 'todo', line: 14 }) });
    assert.deepEqual(found(track), ['status-disagrees info updateMetadataStatus']);
    const [problem] = driftOf(track);
    assert.match(problem!.message, /“new”.*tracks\.md:14 says “\[ \]”.*2 of 2 tasks done/);
    assert.equal(problem!.file, track.documents.metadata);
  });

  it('whatever makes a track done, a word that says it has not begun is told', () => {
    const untold: string[] = [];
    let looked = 0;
    for (const status of [undefined, 'new', 'complete', 'cancelled', 'archived', 'in_progress', '???'])
      for (const word of [undefined, 'new', 'pending', 'complete', 'cancelled'])
        for (const marks of ['', 'xx', 'x-', 'x ', '  '])
          for (const loop of [
            undefined,
            loopOf({ step: 'COMPLETE', stepStatus: 'PASSED', checkpoints: all }),
            loopOf({ step: 'COMPLETE', stepStatus: 'PASSED', source: 'inferred' }),
          ]) {
            const metadata = metadataOf(status === undefined ? { loop } : { status, loop });
            const entry = word === undefined ? undefined : entryOf({ status: word });
            const track = trackOf({ plan: planOf(marks), metadata, entry, loop });
            const group = groupOf({ ...track, metadata, planPresent: true });
            if (group !== 'done' || (status !== 'new' && word !== 'new' && word !== 'pending')) continue;
            looked++;
            const codes = driftOf({ ...track, group }).map(({ code }) => code);
            if (!codes.some((code) => /^(?:status|registry|loop)-disagrees$|^complete-with/.test(code)))
              untold.push(`${status} / ${word} / ${marks} / ${loop?.source}`);
          }
    assert.deepEqual(untold, []);
    assert.ok(looked > 50);
  });

  it('only tracks.md is stale', () => {
    const track = google('xx', 'completed', { entry: entryOf({ marker: 'todo', line: 14 }) });
    assert.deepEqual(found(track), ['registry-disagrees info updateRegistryStatus']);
    assert.deepEqual([driftOf(track)[0]!.file, driftOf(track)[0]!.line], ['/w/conductor/tracks.md', 14]);
  });

  it('done with open tasks names the first of them', () => {
    const track = google('x ', 'completed');
    assert.deepEqual(found(track), ['complete-with-open-tasks warning']);
    assert.deepEqual([driftOf(track)[0]!.file, driftOf(track)[0]!.line], [track.documents.plan, 11]);
    assert.deepEqual(found(google('x-', 'completed')), [], 'skipped tasks are finished');
    assert.deepEqual(
      found(looped({ step: 'COMPLETE', stepStatus: 'PASSED' }, 'complete', { plan: planOf('x ') })),
      ['complete-with-open-tasks warning'],
    );
  });

  it('running although all is done is wrong, paused and cancelled are a person’s word', () => {
    assert.deepEqual(found(google('xx', 'in_progress')), ['status-disagrees warning updateMetadataStatus']);
    assert.deepEqual(found(google('x ', 'paused')), []);
    assert.deepEqual(found(google('x ', 'cancelled')), []);
    assert.deepEqual(found(google('x ', 'some prose')), []);
  });

  it('without tasks only the two words are compared', () => {
    assert.deepEqual(found(google('', 'completed', { entry: entryOf({ marker: 'todo' }) })), [
      'registry-disagrees warning updateRegistryStatus',
    ]);
    assert.deepEqual(found(google('', 'new', { entry: entryOf({ marker: 'todo' }) })), []);
    assert.deepEqual(found(google('', undefined, { entry: entryOf({ marker: 'done' }) })), []);
  });

  it('status complete while the loop is still on its way', () => {
    assert.deepEqual(found(looped({ step: 'EVALUATE_EXECUTION' }, 'complete', { plan: planOf('xx') })), [
      'loop-disagrees warning updateMetadataStatus',
    ]);
    assert.deepEqual(
      found(looped({ step: 'COMPLETE', stepStatus: 'PASSED' }, 'in_progress', { plan: planOf('xx') })),
      ['loop-disagrees warning updateMetadataStatus'],
    );
  });

  it('a loop against its own checkpoints', () => {
    assert.deepEqual(
      found(
        looped(
          {
            step: 'EXECUTE',
            stepStatus: 'IN_PROGRESS',
            checkpoints: {
              PLAN: checkpointOf(),
              EVALUATE_PLAN: checkpointOf(),
              EXECUTE: checkpointOf({ status: 'FAILED' }),
            },
          },
          'in_progress',
        ),
      ),
      ['loop-disagrees warning'],
    );
    assert.deepEqual(
      found(
        looped(
          {
            step: 'COMPLETE',
            stepStatus: 'PASSED',
            checkpoints: { ...all, EVALUATE_EXECUTION: checkpointOf({ status: 'FAILED' }) },
          },
          'complete',
        ),
      ),
      ['loop-disagrees warning'],
    );
    assert.deepEqual(
      found(looped({ step: 'EXECUTE', checkpoints: { PLAN: checkpointOf() } }, 'in_progress')),
      ['checkpoint-missing info'],
    );
  });

  it('a loop against the plan', () => {
    assert.deepEqual(
      found(
        looped({ step: 'PLAN', stepStatus: 'IN_PROGRESS', checkpoints: {} }, 'in_progress', {
          plan: planOf('x '),
        }),
      ),
      ['loop-disagrees warning'],
    );
    assert.deepEqual(found(looped({ step: 'EVALUATE_EXECUTION' }, 'in_progress', { plan: planOf('x ') })), [
      'loop-disagrees info',
    ]);
  });

  it('the Step cell of tracks.md; a step of somebody’s own says nothing', () => {
    const at = (step: string) =>
      looped({ step: 'EXECUTE', checkpoints: all }, 'in_progress', {
        entry: entryOf({ status: 'in_progress', step }),
      });
    assert.deepEqual(found(at('PLAN')), ['registry-disagrees info updateRegistryStatus']);
    assert.deepEqual(found(at('`EXECUTE`')), []);
    assert.deepEqual(found(at('GAME_VERIFICATION')), []);
  });

  it('counters beside the plan', () => {
    assert.deepEqual(
      found(
        looped(
          {
            step: 'EXECUTE',
            stepStatus: 'IN_PROGRESS',
            checkpoints: { ...all, EXECUTE: checkpointOf({ status: 'IN_PROGRESS', tasksCompleted: 5 }) },
          },
          'in_progress',
          { plan: planOf('x ') },
        ),
      ),
      ['progress-disagrees info'],
    );
    const counted = google('x ', 'in_progress');
    assert.deepEqual(
      found({ ...counted, metadata: { ...counted.metadata!, raw: { tasks: { total: 2, completed: 0 } } } }),
      ['progress-disagrees info'],
    );
  });

  it('ids, and a missing metadata.json', () => {
    const track = google('x ', 'in_progress');
    assert.deepEqual(found({ ...track, metadata: { ...track.metadata!, id: 'toad_do' } }), [
      'id-disagrees info',
    ]);
    const documents = { plan: track.documents.plan };
    const bare = { ...track, metadata: undefined };
    assert.deepEqual(found({ ...bare, documents, dialect: 'evaluate-loop' }), [
      'metadata-missing warning createMetadata',
    ]);
    assert.deepEqual(found({ ...bare, documents }), []);
  });

  it('archived and folderless tracks have none', () => {
    assert.deepEqual(found(google('xx', 'new', { archived: true })), []);
    assert.deepEqual(found(google('xx', 'new', { folder: undefined })), []);
  });

  it('a loop that is not understood is not compared', () => {
    assert.deepEqual(found(looped({ understood: false, writtenStep: 'DESIGN' }, 'complete')), []);
  });
});
