import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTracks } from '../../../src/files/tracksFile';
import type { RegistryEntry } from '../../../src/model/registry';

function entries(...lines: string[]): readonly RegistryEntry[] {
  return parseTracks(lines.join('\n')).entries;
}

function only(...lines: string[]): RegistryEntry {
  const found = entries(...lines);
  assert.equal(found.length, 1, JSON.stringify(found.map((e) => e.id ?? e.name)));
  return found[0] as RegistryEntry;
}

describe('tracks.md: headings and lists', () => {
  it('reads the first Google form: a heading with a box, linked from the repository root', () => {
    const text = [
      '# Project Tracks',
      '',
      '---',
      '',
      '## [~] Track: Coupon codes',
      '*Link: [./conductor/tracks/coupons_20260105/](./conductor/tracks/coupons_20260105/)*',
      '',
    ].join('\n');
    const entry = parseTracks(text).entries[0];
    assert.equal(entry?.id, 'coupons_20260105');
    assert.equal(entry?.name, 'Coupon codes');
    assert.equal(entry?.marker, 'doing');
    assert.equal(text.slice(entry?.markerRange?.start, entry?.markerRange?.end), '~');
    assert.deepEqual(entry?.links, ['./conductor/tracks/coupons_20260105/']);
    assert.equal(entry?.form, 'heading');
    assert.equal(entry?.section, 'Project Tracks');
    assert.deepEqual([entry?.line, entry?.endLine], [5, 6]);
    assert.equal(entry?.archived, false);
  });

  it('reads the later Google form: a list entry, with a closing note over several lines', () => {
    const entry = only(
      '- [x] **Track: Gift cards**',
      '  *Link: [./tracks/gift_cards_20260110/](./tracks/gift_cards_20260110/)*',
      '  *Summary: sold in three',
      '  sizes, see [report](./tracks/gift_cards_20260110/report.md).*',
      '',
      'Prose behind it.',
    );
    assert.equal(entry.id, 'gift_cards_20260110');
    assert.equal(entry.name, 'Gift cards');
    assert.equal(entry.marker, 'done');
    assert.equal(entry.endLine, 4);
    assert.equal(entry.links.length, 2);
  });

  it('reads a link line that a formatter moved, indented or put behind an empty line', () => {
    const found = entries(
      '- [x] **Track: Wrapped** _Link:',
      '      [./tracks/archive/wrapped/](./tracks/archive/wrapped/)_',
      '',
      '- [ ] **Track: Apart**',
      '',
      '      _Link: [./tracks/apart/](./tracks/apart/)_',
    );
    assert.deepEqual(
      found.map((e) => [e.id, e.name, e.archived]),
      [
        ['wrapped', 'Wrapped', true],
        ['apart', 'Apart', false],
      ],
    );
  });

  it('lets the target of a link decide where label and target differ', () => {
    const entry = only('### [x] Track: Odd', '*Link: [./conductor/archive/odd/](./odd_20260101/)*');
    assert.equal(entry.id, 'odd_20260101');
    assert.deepEqual(entry.links, ['./odd_20260101/']);
  });

  it('reads ids that stand in the line: plain, bold, back-ticked, in brackets, in a link', () => {
    const found = entries(
      '- [x] deep_search_20251220: Deep search [cea91bd]',
      '- [x] issue_97_20260223 - Templates [d5cdf7f]',
      '- [ ] **multi-shop** — Several shops',
      '- ✅ **Nice title** (`nice-title_20260503`) — Archived 2026-05-03. [View](./conductor/archive/nice-title_20260503/)',
      '- [~] Track: Maps [maps_20260324]',
      '- [ ] [Scanner link](.conductor/tracks/scanner/plan.md)',
      '- [default](./tracks/default/plan.md) - main track',
      '- ✅ pipeline_20260124 (complete)',
    );
    assert.deepEqual(
      found.map((e) => [e.id, e.name, e.marker]),
      [
        ['deep_search_20251220', 'Deep search', 'done'],
        ['issue_97_20260223', 'Templates', 'done'],
        ['multi-shop', 'Several shops', 'todo'],
        ['nice-title_20260503', 'Nice title', 'done'],
        ['maps_20260324', 'Maps', 'doing'],
        ['scanner', 'Scanner link', 'todo'],
        ['default', 'default - main track', undefined],
        ['pipeline_20260124', 'complete', 'done'],
      ],
    );
    assert.equal(found[3]?.archived, true);
    assert.equal(found[3]?.markerRange, undefined);
  });

  it('reads headings with an id, with and without a box, and their fields', () => {
    const found = entries(
      '## Active Tracks',
      '### [/] web_20251223: Web shop',
      '**Status:** In Progress — phase 2',
      '**Folder:** [./tracks/web_20251223/](./tracks/web_20251223/)',
      '### 🔵 dash_20251224',
      '**Title:** Dashboard  ',
      '**Status:** Pending  ',
      '- [Specification](./tracks/dash_20251224/spec.md)',
      '**Progress:** 4/32 tasks (12.5%)',
      '### Track 2: payments_20260101',
      '**Status:** [x] Complete',
      '### Notes',
      'nothing',
    );
    assert.deepEqual(
      found.map((e) => [e.id, e.name, e.marker, e.status, e.progress]),
      [
        ['web_20251223', 'Web shop', 'doing', 'In Progress — phase 2', undefined],
        ['dash_20251224', 'Dashboard', undefined, 'Pending', '4/32 tasks (12.5%)'],
        ['payments_20260101', 'payments_20260101', 'done', undefined, undefined],
      ],
    );
    assert.ok(found[2]?.markerRange);
  });

  it('reads status fields inside a line of fields', () => {
    const entry = only(
      '- [ ] **Admin Panel — screens**',
      '  - *Type:* feature | *Domain:* admin | *Status:* in-progress (needs review)',
      '  - *Link:* [tracks/admin/admin_20260527/](./tracks/admin/admin_20260527/)',
    );
    assert.equal(entry.status, 'in-progress (needs review)');
    assert.equal(entry.id, 'admin_20260527');
  });

  it('takes no field for a status that stands within a sentence', () => {
    const entry = only('- [ ] a_20260101: A', '  It answered with HTTP status: 200, Progress: none.');
    assert.deepEqual([entry.status, entry.progress], [undefined, undefined]);
  });

  it('ends the section of a heading where an entry of another form begins', () => {
    const found = entries(
      '## [x] Track: Old form',
      '*Link: [./conductor/tracks/old/](./conductor/tracks/old/)*',
      '',
      '- [ ] **Track: New form**',
      '*Link: [./tracks/new/](./tracks/new/)*',
      '',
      '## [ ] Track: Third',
      '- ✅ **Fourth** (`fourth_20260101`)',
      '<!-- archived: fifth_20260101 -->',
      '| Track ID | Status |',
      '|---|---|',
      '| sixth | new |',
    );
    assert.deepEqual(
      found.map((e) => e.id ?? e.name),
      ['old', 'new', 'Third', 'fourth_20260101', 'fifth_20260101', 'sixth'],
    );
  });

  it('reads sections named after a track, whose boxes carry link comments', () => {
    const found = entries(
      '# Tracks',
      '## model_router',
      '**Objective:** several models',
      '**Plan:** conductor/tracks/model_router/plan.md',
      '## dashboard',
      '**Objective:** a start page',
      '- [x] Dashboard <!-- id: 7, link: "tracks/dashboard/plan.md" -->',
      '## frontend_join',
      '- [x] Join <!-- id: 4, link: "tracks/frontend_join/plan.md" -->',
      '- [ ] Polish <!-- id: 5, link: "tracks/polish_pass/plan.md" -->',
    );
    assert.deepEqual(
      found.map((e) => [e.form, e.id, e.marker, e.line]),
      [
        ['heading', 'model_router', undefined, 2],
        ['heading', 'dashboard', 'done', 5],
        ['heading', 'frontend_join', 'done', 8],
        ['list', 'polish_pass', 'todo', 10],
      ],
    );
    assert.deepEqual(
      found.map((e) => e.links),
      [
        ['conductor/tracks/model_router/plan.md'],
        ['tracks/dashboard/plan.md'],
        ['tracks/frontend_join/plan.md'],
        ['tracks/polish_pass/plan.md'],
      ],
    );
  });

  it('invents no tracks from check lists, legends, plans, quotes, code and templates', () => {
    assert.deepEqual(
      entries(
        '# Tracks',
        '### T008 — Register apps',
        '- [x] Stripe: API keys set',
        '- [x] `--toggle-shadow`, `--pill-bg` variables',
        '- [ ] **Microsoft** app registration',
        '1. [x] Создание таблиц',
        '   - [ ] `users`',
        '## [x] Phase 1: Foundation',
        '> - [ ] **Track: quoted**',
        '```',
        '- [ ] **Track: in code**',
        '```',
        '<!--',
        '- [ ] **Track: commented out**',
        '-->',
        '## Track Status Legend',
        '- **planning**: being defined',
        '- [~] **Track: in progress**',
        '- [ ] not started',
      ),
      [],
    );
  });

  it('reads archive comments in both wordings', () => {
    const found = entries(
      '<!-- Archived: preview_20260227 (2026-02-27) → conductor/archive/ -->',
      '<!-- archived 2026-03-15: scraper_20260314 — Scraper, config & storage -->',
      '<!-- Tracks registered by /conductor:new-track -->',
    );
    assert.deepEqual(
      found.map((e) => [e.form, e.id, e.name, e.archived]),
      [
        ['comment', 'preview_20260227', 'preview_20260227', true],
        ['comment', 'scraper_20260314', 'Scraper, config & storage', true],
      ],
    );
  });

  it('reads entries that literal \\n sequences hide, and says so', () => {
    const text =
      '# Tracks\\n\\nAll of them.\\n\\n---\\n\\n- [ ] **Track: Oscillator**\\n  *Link: [./tracks/cfo_20260221/](./tracks/cfo_20260221/)*\n';
    const { entries: found, problems } = parseTracks(text);
    assert.equal(found[0]?.id, 'cfo_20260221');
    assert.equal(text.slice(found[0]?.markerRange?.start, found[0]?.markerRange?.end), ' ');
    assert.equal(found[0]?.line, 1);
    assert.deepEqual(
      problems.map((p) => [p.code, p.line]),
      [['literal-newlines', 1]],
    );
  });

  it('says that a merge conflict was left, and shows both sides', () => {
    const { entries: found, problems } = parseTracks(
      '<<<<<<< HEAD\n- [ ] a_20260101: A\n=======\n- [x] a_20260101: A\n>>>>>>> other\n',
    );
    assert.equal(found.length, 2);
    assert.equal(problems[0]?.code, 'merge-conflict');
    assert.equal(problems[0]?.line, 1);
  });
});

describe('tracks.md: tables', () => {
  it('finds columns by name in every header that is known', () => {
    const headers = [
      'Status | Track ID | Title | Created | Updated',
      'Track ID | Name | Type | Status | Step | Created',
      'Track ID | Name | Completed | Summary',
      'Track | Priority | Status | Purpose',
      'Track ID | Type | Status | Progress',
      'Track ID | Completed On | Result',
      'ID | Track | Status | Priority',
      'ID | Track | Type | Completed',
      'ID | Track | Type | Status | Notes',
      'ID | Track | Type | Priority | Blocked By',
      'Track ID | Domain | Title | Status | Created',
      'Track ID | Domain | Title | Completed',
      'ID | Name | Wave | Complexity | Status | Dependencies',
      'ID | Title | Type | Status | Progress',
      'Track | Jurisdiction | Priority | Current phase',
      'Track | Channel scope | Priority | Current phase',
      'Status | Track ID | Title | Blocked By | Agent',
    ];
    for (const header of headers) {
      const names = header.split(' | ');
      const cells = names.map((name) =>
        /^(track id|id)$/i.test(name) || (name === 'Track' && !names.includes('ID'))
          ? 'shop-cart'
          : `${name} cell`,
      );
      const entry = only(
        `| ${header} |`,
        `|${names.map(() => '---').join('|')}|`,
        `| ${cells.join(' | ')} |`,
      );
      assert.equal(entry.id, 'shop-cart', header);
      assert.equal(entry.cells[(names[1] ?? '').toLowerCase()], cells[1], header);
      assert.equal(entry.status, names.includes('Status') ? 'Status cell' : undefined, header);
    }
  });

  it('takes no milestones and no domains for tracks', () => {
    assert.deepEqual(
      entries(
        '| # | Name | Status |',
        '|---|------|--------|',
        '| 1 | Foundation | Complete |',
        '',
        '| Domain | Path (planned) | Caution Level | Notes |',
        '|---|---|---|---|',
        '| **Admin** | `apps/admin/` | high | [PRD](./admin-prd.md) |',
      ),
      [],
    );
  });

  it('reads boxes, back-ticks, links, escaped pipes and emoji in cells', () => {
    const text = [
      '| Status | Track ID | Title | Created | Updated |',
      '| ------ | -------- | ----- | ------- | ------- |',
      '| [x]    | [setup_20260205](./tracks/setup_20260205/index.md) | A \\| B | 2026-02-05 | 2026-02-06 |',
      '| ⏳ Blocked | `track-2` | World | — | — |',
    ].join('\n');
    const [first, second] = parseTracks(text).entries;
    assert.deepEqual(
      [first?.id, first?.name, first?.marker, first?.status],
      ['setup_20260205', 'A | B', 'done', undefined],
    );
    assert.equal(text.slice(first?.markerRange?.start, first?.markerRange?.end), 'x');
    assert.deepEqual(first?.links, ['./tracks/setup_20260205/index.md']);
    assert.deepEqual([second?.id, second?.status, second?.marker], ['track-2', '⏳ Blocked', undefined]);
  });

  it('goes on behind empty lines between rows, and ends at other text', () => {
    const found = entries(
      '| Status | Track ID | Title |',
      '|---|---|---|',
      '',
      '| [x] | one_20260101 | One |',
      '',
      '| [~] | two_20260102 | Two |',
      '<!-- end -->',
      '| [ ] | three | not in a table any more |',
    );
    assert.deepEqual(
      found.map((e) => e.id),
      ['one_20260101', 'two_20260102'],
    );
  });

  it('skips rows that only hold the place of none', () => {
    for (const row of [
      '| (none yet) | | | |',
      '| (none) |  |  |  |',
      '| _None._ | | | |',
      '| (no active tracks) | — | — | — |',
      '| | | | |',
      '| - | - | - | - |',
      '| No tracks yet | | | |',
    ]) {
      assert.deepEqual(entries('| Track ID | Name | Status | Step |', '|---|---|---|---|', row), [], row);
    }
  });

  it('says done for rows of a table of completed tracks, without a place to change it', () => {
    const entry = only(
      '## Completed Tracks',
      '| Track ID | Name | Completed | Summary |',
      '|---|---|---|---|',
      '| a_20260101 | A | 2026-01-09 | went well |',
    );
    assert.equal(entry.marker, 'done');
    assert.equal(entry.markerRange, undefined);
    assert.equal(entry.cells.completed, '2026-01-09');
  });

  it('gives one entry for each place of a track that stands in a table and in a section', () => {
    const found = entries(
      '| ID | Track | Status | Priority |',
      '|----|-------|--------|----------|',
      '| a_20260115 | A | [~] | High |',
      '',
      '## [~] Track: A',
      '',
      '*Link: [./conductor/tracks/a_20260115/](./conductor/tracks/a_20260115/)*',
    );
    assert.deepEqual(
      found.map((e) => [e.form, e.id, e.marker]),
      [
        ['table', 'a_20260115', 'doing'],
        ['heading', 'a_20260115', 'doing'],
      ],
    );
  });
});

describe('tracks.md: odd texts', () => {
  it('reads CRLF, no final line break, and nothing at all', () => {
    assert.equal(only('- [ ] **Track: A**\r', '*Link: [x](./tracks/a/)*\r').id, 'a');
    assert.deepEqual(parseTracks('').entries, []);
    assert.deepEqual(parseTracks('# Tracks\n\nAll tracks.').entries, []);
  });

  it('hides nothing behind a comment that is never closed', () => {
    assert.equal(only('<!-- oops', '- [ ] a_20260101: A').id, 'a_20260101');
  });

  it('stays linear on hostile lines', function () {
    this.timeout(30_000);
    for (const part of [
      '[',
      '- [ ] [',
      '| ',
      '* ',
      '#',
      ' ',
      '`',
      '\\n- ',
      '<!-- archived ',
      '**Track: ',
      '—',
      '- [ ] `(',
    ]) {
      const text = part.repeat(Math.ceil(50_000 / part.length));
      assert.ok(parseTracks(text).entries.length >= 0);
      assert.ok(parseTracks(`- [ ] ${text}`).entries.length >= 0);
      assert.ok(parseTracks(`# ${text}\n\n${text}`).entries.length >= 0);
    }
  });

  it('never throws and points at what it says, whatever lines stand there (property)', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '# Tracks',
        '## Active Tracks',
        '## [ ] Track: One',
        '### [x] two_20260101: Two',
        '### three_20260101',
        '## four',
        '- [ ] **Track: Five**',
        '* [~] six_20260101: Six',
        '  *Link: [./tracks/five/](./tracks/five/)*',
        '**Status:** [ ] open',
        '  - [x] sub <!-- link: "tracks/sub/plan.md" -->',
        '| Status | Track ID | Title |',
        '|---|---|---|',
        '| [x] | seven_20260101 | Seven |',
        '| (none) | | |',
        '---',
        '```',
        '<!--',
        '-->',
        '<!-- archived: eight_20260101 -->',
        '> quote',
        '',
        '\\n- [ ] nine_20260101\\n---',
        '- [] ten_20260101',
        '- ✅ **Eleven** (`eleven_20260101`)',
      ),
      fc.string({
        unit: fc.constantFrom(
          '[',
          ']',
          ' ',
          'x',
          '|',
          '-',
          '*',
          '`',
          '#',
          '(',
          ')',
          '_',
          ':',
          '\t',
          '✅',
          'a',
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, eol) => {
        const text = lines.join(eol);
        let last = 0;
        for (const entry of parseTracks(text).entries) {
          assert.ok(entry.line >= 1 && entry.endLine >= entry.line && entry.endLine <= lines.length);
          assert.ok(entry.line >= last || entry.form === 'list');
          last = entry.line;
          assert.ok(entry.id !== '' && entry.name !== '');
          if (!entry.markerRange) continue;
          assert.ok(text[entry.markerRange.start - 1] === '[' && text[entry.markerRange.end] === ']');
        }
      }),
      { numRuns: 1000 },
    );
  }).timeout(60_000);
});
