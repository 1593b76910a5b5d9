import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMetadata } from '../../../src/files/metadataFile';
import { parsePlan } from '../../../src/files/planFile';
import {
  initialConductorFiles,
  isUntouchedSpec,
  newTrackFiles,
  trackIdOf,
} from '../../../src/files/projectFiles';
import { parseTracks } from '../../../src/files/tracksFile';
import { knownErrorsSchema } from '../../../src/model/schemas/projectState';

describe('files of a new conductor directory', () => {
  const files = initialConductorFiles({ projectName: 'Harbour\nshop', date: '2026-03-01' });

  it('are those of both installers, and what git is not to see', () => {
    assert.deepEqual(Object.keys(files).sort(), [
      '.gitignore',
      'authority-matrix.md',
      'decision-log.md',
      'index.md',
      'knowledge/errors.json',
      'knowledge/patterns.md',
      'tracks.md',
      'workflow.md',
    ]);
    for (const text of Object.values(files)) assert.ok(text.endsWith('\n') && !text.includes('undefined'));
  });

  it('hold no track, no task, no error and no decision yet', () => {
    assert.deepEqual(parseTracks(files['tracks.md'] ?? ''), { entries: [], problems: [] });
    assert.deepEqual(knownErrorsSchema.parse(JSON.parse(files['knowledge/errors.json'] ?? '')).errors, []);
    assert.equal(/DECISION-\d/.test(files['decision-log.md'] ?? ''), false);
    for (const text of Object.values(files)) assert.equal(/^\s*[-*] \[.\]/m.test(text), false);
  });

  it('have the headings and tables that other programs look for', () => {
    for (const heading of ['Current Focus', 'Recent Completions', 'System Health']) {
      assert.match(files['index.md'] ?? '', new RegExp(`^## ${heading}$`, 'm'));
    }
    assert.match(files['index.md'] ?? '', /Last Updated:\*\* 2026-03-01/);
    assert.match(files['index.md'] ?? '', /^# Conductor: Harbour shop$/m);
    assert.equal(
      files['authority-matrix.md']?.match(/\| Decision \| Authority \| Lead \| Guardrails \|/g)?.length,
      7,
    );
    for (const group of [
      'Budget & Cost',
      'Scope & Features',
      'Architecture',
      'Dependencies',
      'Quality',
      'Business & Pricing',
      'Implementation',
    ]) {
      assert.ok(files['authority-matrix.md']?.includes(`### ${group}`));
    }
    for (const step of [
      'PLAN',
      'EVALUATE_PLAN',
      'EXECUTE',
      'EVALUATE_EXECUTION',
      'FIX',
      'BUSINESS_SYNC',
      'COMPLETE',
    ]) {
      assert.ok(files['workflow.md']?.includes(`| \`${step}\` |`), step);
    }
  });
});

describe('files of a new track', () => {
  const files = newTrackFiles({
    id: 'wish_20260301',
    name: 'Wish list',
    type: 'feature',
    date: '2026-03-01',
  });

  it('metadata.json is version 3 at its smallest', () => {
    assert.deepEqual(JSON.parse(files['metadata.json']), {
      version: 3,
      track_id: 'wish_20260301',
      name: 'Wish list',
      type: 'feature',
      status: 'new',
      superpower_enhanced: true,
      created_at: '2026-03-01',
      loop_state: { current_step: 'NOT_STARTED', step_status: 'NOT_STARTED', fix_cycle_count: 0 },
    });
    const { metadata, problems } = parseMetadata(files['metadata.json']);
    assert.deepEqual(problems, []);
    assert.equal(metadata?.loop?.understood, true);
    const urgent = newTrackFiles({ id: 'a', name: 'A', type: 'bugfix', date: '2026-03-01', priority: 'P0' });
    assert.equal((JSON.parse(urgent['metadata.json']) as { priority: string }).priority, 'P0');
  });

  it('plan.md holds no tasks, and is not complete for that', () => {
    const plan = parsePlan(files['plan.md']);
    assert.equal(plan.checkboxes.total, 0);
    assert.deepEqual(plan.phases, []);
  });

  it('spec.md has the five headings, and the description as the goal', () => {
    const { 'spec.md': spec } = newTrackFiles({
      id: 'a',
      name: 'A',
      type: 'feature',
      date: '2026-03-01',
      description: 'Keep\r\nwishes',
    });
    assert.deepEqual(
      [...spec.matchAll(/^## (.*)$/gm)].map((m) => m[1]),
      ['Goal', 'Requirements', 'Acceptance Criteria', 'Out of Scope', 'Technical Notes'],
    );
    assert.match(spec, /## Goal\n\nKeep\nwishes\n/);
    assert.equal(/\[.\]/.test(spec), false);
  });
});

describe('a spec that nobody has written', () => {
  const made = (description?: string): string =>
    newTrackFiles({ id: 'a_20260301', name: 'A', type: 'feature', date: '2026-03-01', description })[
      'spec.md'
    ];

  it('is the one of a new track, whatever its title, encoding mark and line ends', () => {
    for (const text of [
      made(),
      made(' '),
      `\uFEFF${made().replace(/\n/g, '\r\n')}`,
      made().replace('# Spec: A', '# Another title'),
      made().trimEnd(),
    ]) {
      assert.equal(isUntouchedSpec(text), true, text);
    }
  });

  it('is not one with a goal, a word more or a section less, nor an empty one', () => {
    for (const text of [
      made('People log in'),
      `${made()}\nNo passwords.\n`,
      made().replace(/## Out of Scope[^#]*/, ''),
      made().replace('_What it must do, one point a line._', '- Remember me'),
      '',
      '# Spec: A\n',
    ]) {
      assert.equal(isUntouchedSpec(text), false, text);
    }
  });
});

describe('the id of a new track', () => {
  it('is a slug and the date', () => {
    assert.equal(trackIdOf('Wish list', '2026-03-01'), 'wish-list_20260301');
    assert.equal(trackIdOf("Don't panic!", '2026-03-01'), 'dont-panic_20260301');
    assert.equal(trackIdOf('Über Straße, Łódź & Øre', '2026-03-01'), 'uber-strasse-lodz-ore_20260301');
    assert.equal(trackIdOf('日本 shop', '2026-03-01'), 'shop_20260301');
    assert.equal(trackIdOf('Корзина', '2026-03-01'), 'track_20260301');
    assert.equal(trackIdOf('../../etc/passwd', '2026-03-01'), 'etc-passwd_20260301');
    assert.equal(trackIdOf('CON', '2026-03-01'), 'con_20260301');
  });

  it('is a safe folder name for whatever name (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        const id = trackIdOf(name, '2026-03-01');
        assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*_20260301$/);
        assert.ok(id.length <= 69);
      }),
    );
  }).timeout(60_000);
});
