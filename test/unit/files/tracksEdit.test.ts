import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits } from '../../../src/files/textEdit';
import {
  addTrackEdits,
  completeTrackEdits,
  newTracksText,
  removeTrackEdits,
  setTrackStatusEdits,
  type NewTrackEntry,
} from '../../../src/files/tracksEdit';
import { parseTracks } from '../../../src/files/tracksFile';
import type { EditResult } from '../../../src/model/edit';
import { settableMarkers } from '../../../src/model/marker';
import type { RegistryEntry } from '../../../src/model/registry';

function apply(text: string, result: EditResult): string {
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
}

function refusal(result: EditResult): string {
  assert.ok('refused' in result);
  assert.ok(result.refused.message.length > 20);
  return result.refused.code;
}

function entryOf(text: string, id: string): RegistryEntry {
  const entry = parseTracks(text).entries.find((e) => e.id === id);
  assert.ok(entry, `no entry ${id} in\n${text}`);
  return entry;
}

/** Lines of `after` that `before` does not have, and those that it lost. */
function diff(before: string, after: string): { added: string[]; lost: string[] } {
  const a = before.split('\n');
  const b = after.split('\n');
  return { added: b.filter((line) => !a.includes(line)), lost: a.filter((line) => !b.includes(line)) };
}

const track: NewTrackEntry = {
  id: 'wish-list_20260301',
  name: 'Wish list',
  type: 'feature',
  status: 'new',
  created: '2026-03-01',
};

const v3 = `# Conductor Track Registry

## Active Tracks

| Track ID | Name | Type | Status | Step | Created |
|----------|------|------|--------|------|---------|
| cart_20260101 | Cart | feature | new | NOT_STARTED | 2026-01-01 |
| search_20260102 | Search | feature | in_progress | EXECUTE | 2026-01-02 |

## Completed Tracks

| Track ID | Name | Completed | Summary |
|----------|------|-----------|---------|
| login_20251201 | Login | 2025-12-09 | fine |
`;

const ticked = `## Active Tracks

| Track ID | Type | Status | Progress |
|----------|------|--------|----------|
| \`cart_20260101\` | \`feature\` | \`planned\` | \`not begun\` |

## Completed Tracks

| Track ID | Completed On | Result |
|----------|--------------|--------|
| \`b_20251202\` | \`2025-12-12\` | Went well. |
| \`a_20251201\` | \`2025-12-09\` | Fine. |
`;

const wshobson = `# Tracks Registry

| Status | Track ID                  | Title  | Created    | Updated    |
| ------ | ------------------------- | ------ | ---------- | ---------- |
| [x]    | setup_20260205            | Set up | 2026-02-05 | 2026-02-05 |
| [ ]    | cart-with-a-long_20260206 | Cart   | 2026-02-06 | 2026-02-06 |

<!-- Tracks registered by /conductor:new-track -->
`;

const gapped = `| Status | Track ID | Title | Created | Updated |
| ------ | -------- | ----- | ------- | ------- |

| [x] | one_20260101 | One | 2026-01-01 | 2026-01-02 |

| [~] | cart_20260101 | Cart | 2026-01-03 | 2026-01-04 |

<!-- end -->
`;

const google1 = `# Project Tracks

This file tracks all major tracks for the project.

---

## [ ] Track: Cart
*Link: [./conductor/tracks/cart_20260101/](./conductor/tracks/cart_20260101/)*

---

## [~] Track: Search
*Link: [./conductor/tracks/search_20260102/](./conductor/tracks/search_20260102/)*
`;

const google2 = `# Project Tracks

---

- [ ] **Track: Cart**
  *Link: [./tracks/cart_20260101/](./tracks/cart_20260101/)*

- [x] **Track: Search**
  *Link: [./archive/search_20260102/](./archive/search_20260102/)*
`;

const plainList = `## Tracks

- [x] cart_20260101: Cart [cea91bd]
- [ ] search_20260102: Search
`;

const linked = `## Active Tracks

| Track | Status | Type | Summary |
|-------|--------|------|---------|
| [cart_20260101](tracks/cart_20260101/) | planned | feature | Cart |
`;

const nested = `## Active Tracks

- [ ] **Cart — one page**
  - *Type:* feature | *Status:* new
  - *Link:* [tracks/shop/cart_20260101/](./tracks/shop/cart_20260101/)

## Completed Tracks

- [x] **Login**
  - *Link:* [tracks/shop/login_20251201/](./tracks/shop/login_20251201/)
`;

const emptyGoogle = `# Tracks Registry

This file tracks all development tracks.
`;

const forms: Record<string, string> = {
  'setup-command tables': v3,
  'tables with back-ticks': ticked,
  'a padded table with boxes': wshobson,
  'a table with empty lines between rows': gapped,
  'headings linked from the repository root': google1,
  'list entries with link lines': google2,
  'a plain list': plainList,
  'a table with linked ids': linked,
  'list entries with nested fields, grouped by domain': nested,
  'a registry without entries': emptyGoogle,
  'an empty file': '',
  'a new registry': newTracksText(),
};

describe('adding a track to tracks.md', () => {
  for (const [form, text] of Object.entries(forms)) {
    for (const eol of ['\n', '\r\n']) {
      it(`adds to ${form}${eol === '\n' ? '' : ', CRLF'}: found again, nothing else touched`, () => {
        const before = text.replace(/\n/g, eol);
        const after = apply(before, addTrackEdits(before, track));
        const entry = entryOf(after, track.id);
        assert.equal(entry.archived, false);
        const known = parseTracks(before).entries.map((e) => [e.id, e.name, e.marker, e.status]);
        const now = parseTracks(after).entries.filter((e) => e.id !== track.id);
        assert.deepEqual(
          now.map((e) => [e.id, e.name, e.marker, e.status]),
          known,
        );
        const lost = diff(before, after).lost.filter((line) => line !== '' && !line.includes('(none yet)'));
        assert.deepEqual(lost, []);
        if (before !== '' && eol === '\r\n') assert.equal(/[^\r]\n/.test(after), false);
        assert.deepEqual(addTrackEdits(after, track), { edits: [] });
      });
    }
  }

  it('adds one row to the active table, and only that', () => {
    const { added } = diff(v3, apply(v3, addTrackEdits(v3, track)));
    assert.deepEqual(added, [
      '| wish-list_20260301 | Wish list | feature | new | NOT_STARTED | 2026-03-01 |',
    ]);
  });

  it('keeps back-ticks, padding, boxes and links as the other rows have them', () => {
    assert.deepEqual(diff(ticked, apply(ticked, addTrackEdits(ticked, track))).added, [
      '| `wish-list_20260301` | `feature` | `new` | |',
    ]);
    assert.deepEqual(diff(wshobson, apply(wshobson, addTrackEdits(wshobson, track))).added, [
      '| [ ]    | wish-list_20260301        | Wish list | 2026-03-01 | 2026-03-01 |',
    ]);
    assert.deepEqual(diff(linked, apply(linked, addTrackEdits(linked, track))).added, [
      '| [wish-list_20260301](tracks/wish-list_20260301/) | new | feature | |',
    ]);
    assert.match(
      apply(gapped, addTrackEdits(gapped, track)),
      /2026-01-04 \|\n\n\| \[ \] \| wish-list_20260301 \|/,
    );
  });

  it('replaces the row that says that there is none', () => {
    const after = apply(newTracksText(), addTrackEdits(newTracksText(), track));
    assert.equal(after.match(/none yet/g)?.length, 1);
    assert.equal(after.split('\n').length, newTracksText().split('\n').length);
  });

  it('keeps separators, the form of the title and the style of the link', () => {
    assert.ok(
      apply(google1, addTrackEdits(google1, track)).endsWith(
        '\n\n---\n\n## [ ] Track: Wish list\n*Link: [./conductor/tracks/wish-list_20260301/](./conductor/tracks/wish-list_20260301/)*\n',
      ),
    );
    assert.match(
      apply(google2, addTrackEdits(google2, track)),
      /\n\n- \[ \] \*\*Track: Wish list\*\*\n {2}\*Link: \[\.\/tracks\/wish-list_20260301\/\]\(\.\/tracks\/wish-list_20260301\/\)\*\n/,
    );
    assert.match(
      apply(plainList, addTrackEdits(plainList, track)),
      /Search\n- \[ \] wish-list_20260301: Wish list\n$/,
    );
    assert.match(
      apply(nested, addTrackEdits(nested, track)),
      /cart_20260101\/\)\n\n- \[ \] \*\*Wish list\*\*\n {2}- \*Link:\* \[\.\/tracks\/wish-list_20260301\/\]\(\.\/tracks\/wish-list_20260301\/\)\n\n## Completed/,
    );
  });

  it('writes below the heading of active tracks in place of the words that there are none', () => {
    const text = '# Tracks\n\n## Active Tracks\n\n_None._\n\n## Completed\n\n- [x] old_20250101: Old\n';
    const after = apply(text, addTrackEdits(text, track));
    assert.equal(entryOf(after, track.id).section, 'Active Tracks');
    assert.equal(after.includes('_None._'), false);
  });

  it('writes setup-command tables into an empty file', () => {
    const after = apply('', addTrackEdits('', track));
    assert.ok(after.startsWith('# Tracks'));
    assert.equal(entryOf(after, track.id).step, 'NOT_STARTED');
  });

  it('adds nothing twice, whatever the case of the id', () => {
    assert.deepEqual(addTrackEdits(v3, { ...track, id: 'CART_20260101' }), { edits: [] });
  });

  it('finds every added track again, whatever its name (property)', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.constantFrom(
        'a | b',
        'two\nlines',
        '**bold**',
        '`code`',
        '[x](y)',
        '<!-- hidden',
        '-->',
        '\\n- [ ] x',
        '# h',
        '(none)',
        'Track: x',
        '✅ done',
        '---',
      ),
    );
    const id = fc.stringMatching(/^[\p{L}\p{N}]{2,12}([-_][\p{L}\p{N}]{1,8}){0,3}_20260[1-9]0[1-9]$/u);
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(forms)),
        name,
        id,
        fc.boolean(),
        (form, title, newId, crlf) => {
          const text = crlf ? form.replace(/\n/g, '\r\n') : form;
          const before = parseTracks(text).entries;
          fc.pre(!before.some((e) => e.id?.toLowerCase() === newId.toLowerCase()));
          const after = apply(text, addTrackEdits(text, { ...track, id: newId, name: title }));
          const found = parseTracks(after).entries;
          assert.equal(found.filter((e) => e.id === newId).length, 1, after);
          assert.deepEqual(
            found.filter((e) => e.id !== newId).map((e) => e.id),
            before.map((e) => e.id),
          );
        },
      ),
      { numRuns: 400 },
    );
  }).timeout(60_000);

  it('makes links that hold for folders with blanks and brackets', () => {
    for (const id of ['my track (2)', 'a#b', 'ünïcödé', 'x%41', 'a[b]c']) {
      const after = apply(google2, addTrackEdits(google2, { ...track, id }));
      assert.equal(parseTracks(after).entries.filter((e) => e.id === id).length, 1, after);
    }
  });
});

describe('setting the status of a track in tracks.md', () => {
  it('changes one character where there is a box', () => {
    for (const text of [google1, google2, plainList, wshobson, gapped]) {
      const id = text === wshobson ? 'cart-with-a-long_20260206' : 'cart_20260101';
      const result = setTrackStatusEdits(text, id, { marker: 'blocked' });
      assert.ok('edits' in result);
      assert.equal(result.edits.length, 1);
      const edit = result.edits[0];
      assert.deepEqual([(edit?.end ?? 0) - (edit?.start ?? 0), edit?.text], [1, '!']);
    }
  });

  it('changes status and step of a row, back-ticks and padding kept', () => {
    assert.deepEqual(
      diff(v3, apply(v3, setTrackStatusEdits(v3, 'cart_20260101', { status: 'in_progress', step: 'PLAN' })))
        .added,
      ['| cart_20260101 | Cart | feature | in_progress | PLAN | 2026-01-01 |'],
    );
    assert.deepEqual(
      diff(ticked, apply(ticked, setTrackStatusEdits(ticked, 'cart_20260101', { status: 'blocked' }))).added,
      ['| `cart_20260101` | `feature` | `blocked` | `not begun` |'],
    );
  });

  it('derives the word from the marker and the marker from the word', () => {
    assert.equal(
      entryOf(apply(v3, setTrackStatusEdits(v3, 'cart_20260101', { marker: 'done' })), 'cart_20260101')
        .status,
      'complete',
    );
    assert.equal(
      entryOf(
        apply(google1, setTrackStatusEdits(google1, 'cart_20260101', { status: 'in_progress' })),
        'cart_20260101',
      ).marker,
      'doing',
    );
    assert.equal(
      entryOf(
        apply(nested, setTrackStatusEdits(nested, 'cart_20260101', { status: 'in_progress' })),
        'cart_20260101',
      ).status,
      'in_progress',
    );
  });

  it('leaves a sentence alone that somebody wrote beside the box', () => {
    const text =
      '- [~] **Track: A**\n  *Link: [x](./tracks/a_20260101/)*\n  *Status: All phases complete, build clean.*\n';
    for (const wanted of [
      { marker: 'done' },
      { marker: 'done', status: 'complete' },
      { status: 'complete' },
    ] as const) {
      assert.equal(apply(text, setTrackStatusEdits(text, 'a_20260101', wanted)), text.replace('[~]', '[x]'));
    }
    assert.equal(
      apply(text, completeTrackEdits(text, 'a_20260101', { completed: '2026-03-02' })),
      text.replace('[~]', '[x]'),
    );
  });

  it('uses the character that the file uses', () => {
    const text = '- [/] a_20260101: A\n- [ ] b_20260101: B\n- [X] c_20260101: C\n';
    assert.match(apply(text, setTrackStatusEdits(text, 'b_20260101', { marker: 'doing' })), /\[\/\] b_/);
    assert.match(apply(text, setTrackStatusEdits(text, 'b_20260101', { marker: 'done' })), /\[X\] b_/);
  });

  it('changes all places of a track that stands in several', () => {
    const text =
      '| ID | Track | Status |\n|---|---|---|\n| a_20260101 | A | [~] |\n\n## [~] Track: A\n*Link: [x](./tracks/a_20260101/)*\n';
    const after = apply(text, setTrackStatusEdits(text, 'a_20260101', { marker: 'done' }));
    assert.equal(after, text.replaceAll('[~]', '[x]'));
  });

  it('does nothing where all is said already', () => {
    assert.deepEqual(setTrackStatusEdits(v3, 'search_20260102', { status: 'in_progress', step: 'EXECUTE' }), {
      edits: [],
    });
    assert.deepEqual(setTrackStatusEdits(google1, 'search_20260102', { marker: 'doing' }), { edits: [] });
  });

  it('finds the entry by the folder that it links and without regard to case', () => {
    assert.ok('edits' in setTrackStatusEdits(google1, 'CART_20260101', { marker: 'done' }));
    assert.ok(
      'edits' in
        setTrackStatusEdits('- [ ] other_20260101 [x](./tracks/real_20260101/)', 'real_20260101', {
          marker: 'done',
        }),
    );
  });

  it('refuses an unknown track and an entry without a place', () => {
    assert.equal(refusal(setTrackStatusEdits(v3, 'nobody', { marker: 'done' })), 'entry-not-found');
    const bare = '<!-- archived 2026-03-15: a_20260314 — A -->\n';
    assert.equal(refusal(setTrackStatusEdits(bare, 'a_20260314', { marker: 'done' })), 'no-status-place');
    assert.equal(refusal(setTrackStatusEdits(v3, 'login_20251201', { marker: 'todo' })), 'no-status-place');
  });

  it('restores the text when it is set and set back (property)', () => {
    const texts = [v3, ticked, wshobson, gapped, google1, google2, plainList, linked, nested];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.constantFrom(...settableMarkers),
        fc.constantFrom('new', 'in_progress', 'a much longer status than before', 'x', 'with | pipe'),
        fc.boolean(),
        (form, pick, marker, status, crlf) => {
          const text = crlf ? form.replace(/\n/g, '\r\n') : form;
          const all = parseTracks(text).entries.filter(
            (e) => e.id && (e.markerRange ?? e.status) !== undefined,
          );
          const entry = all[pick % all.length] as RegistryEntry;
          const id = entry.id ?? '';
          const wanted = entry.markerRange ? { marker } : { status };
          const there = apply(text, setTrackStatusEdits(text, id, wanted));
          const original =
            entry.markerRange && entry.marker && entry.marker !== 'unclear'
              ? { marker: entry.marker }
              : { status: entry.status ?? '' };
          assert.equal(apply(there, setTrackStatusEdits(there, id, original)), text);
        },
      ),
    );
  }).timeout(60_000);

  it('restores padded cells', () => {
    const padded = `| Track ID      | Name   | Status  | Step        |
| ------------- | ------ | ------- | ----------- |
| cart_20260101 | Cart   | new     | NOT_STARTED |
| find_20260101 | Finder | planned | PLAN        |
`;
    for (const status of ['in_progress', 'x', 'blocked']) {
      const there = apply(padded, setTrackStatusEdits(padded, 'cart_20260101', { status, step: 'FIX' }));
      assert.equal(
        apply(there, setTrackStatusEdits(there, 'cart_20260101', { status: 'new', step: 'NOT_STARTED' })),
        padded,
      );
    }
  });
});

describe('completing a track in tracks.md', () => {
  it('moves the row to the table of completed tracks', () => {
    const after = apply(
      v3,
      completeTrackEdits(v3, 'search_20260102', { completed: '2026-03-02', summary: 'Found\nit | all' }),
    );
    assert.deepEqual(diff(v3, after).added, ['| search_20260102 | Search | 2026-03-02 | Found it \\| all |']);
    assert.deepEqual(diff(v3, after).lost, [
      '| search_20260102 | Search | feature | in_progress | EXECUTE | 2026-01-02 |',
    ]);
    assert.equal(entryOf(after, 'search_20260102').section, 'Completed Tracks');
    assert.deepEqual(completeTrackEdits(after, 'search_20260102', { completed: '2026-03-02' }), {
      edits: [],
    });
  });

  it('puts the row where the newest stand, with the back-ticks of the table', () => {
    const after = apply(
      ticked,
      completeTrackEdits(ticked, 'cart_20260101', { completed: '2026-03-02', summary: 'Done.' }),
    );
    assert.match(after, /\|-+\|\n\| `cart_20260101` \| `2026-03-02` \| Done\. \|\n\| `b_20251202`/);
    assert.match(after, /\|\n\| \(none yet\) \| \| \| \|\n\n## Completed/);
  });

  it('ticks the box or says complete where there is no such table', () => {
    assert.equal(
      apply(google1, completeTrackEdits(google1, 'search_20260102', { completed: '2026-03-02' })),
      google1.replace('[~]', '[x]'),
    );
    assert.equal(
      entryOf(
        apply(linked, completeTrackEdits(linked, 'cart_20260101', { completed: '2026-03-02' })),
        'cart_20260101',
      ).status,
      'complete',
    );
    assert.deepEqual(completeTrackEdits(google2, 'search_20260102', { completed: '2026-03-02' }), {
      edits: [],
    });
  });

  it('refuses what it cannot find', () => {
    assert.equal(refusal(completeTrackEdits(v3, 'nobody', { completed: '2026-03-02' })), 'entry-not-found');
  });
});

describe('removing a track from tracks.md', () => {
  for (const [form, text] of Object.entries(forms)) {
    const ids = parseTracks(text).entries.map((e) => e.id ?? '');
    if (ids.length === 0) continue;
    it(`takes any entry out of ${form}; the others stay as they are`, () => {
      for (const id of ids) {
        const after = apply(text, removeTrackEdits(text, id));
        assert.deepEqual(
          parseTracks(after).entries.map((e) => [e.id, e.name, e.marker, e.status, e.section]),
          parseTracks(text)
            .entries.filter((e) => e.id !== id)
            .map((e) => [e.id, e.name, e.marker, e.status, e.section]),
        );
        assert.ok(after.endsWith('\n'));
      }
    });
  }

  it('puts the words that there is none back when the last row leaves', () => {
    const text = apply(newTracksText(), addTrackEdits(newTracksText(), track));
    assert.equal(apply(text, removeTrackEdits(text, track.id)), newTracksText());
  });

  it('leaves no separator doubled', () => {
    const after = apply(google1, removeTrackEdits(google1, 'cart_20260101'));
    assert.equal(after.match(/---/g)?.length, 1);
  });

  it('refuses to take out a section that holds another track', () => {
    const text =
      '## shop\n- [x] Shop <!-- link: "tracks/shop/plan.md" -->\n- [ ] Till <!-- link: "tracks/till/plan.md" -->\n';
    assert.equal(refusal(removeTrackEdits(text, 'shop')), 'entry-shared');
    assert.equal(refusal(removeTrackEdits(text, 'nobody')), 'entry-not-found');
  });
});

describe('editing any tracks.md (property)', () => {
  const block = fc.constantFrom(
    ['## Active Tracks', ''],
    ['## Completed Tracks', ''],
    ['## [ ] Track: One', '*Link: [./conductor/tracks/one/](./conductor/tracks/one/)*', ''],
    ['### [x] two_20260101: Two', '**Status:** complete', ''],
    ['- [ ] **Track: Three**', '  *Link: [./tracks/three/](./tracks/three/)*'],
    ['- [~] four_20260101: Four [abc1234]'],
    [
      '| Track ID | Name | Status | Step |',
      '|---|---|---|---|',
      '| five | Five | new | PLAN |',
      '| six | Six | planned | FIX |',
      '',
    ],
    ['| Track ID | Name | Completed |', '|---|---|---|', '| (none yet) | | |', ''],
    ['- ✅ **Seven** (`seven_20260101`) — Archived 2026-01-01.'],
    ['<!-- archived: eight_20260101 — Eight -->', ''],
    ['---', ''],
    ['Some prose.', ''],
    ['```', '- [ ] **Track: code**', '```', ''],
  );
  const file = fc
    .tuple(fc.array(block, { maxLength: 9 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([blocks, eol, final]) => blocks.flat().join(eol) + (final ? eol : ''));
  const seen = (text: string, but: string): unknown[] =>
    parseTracks(text)
      .entries.filter((e) => e.id !== but)
      .map((e) => [e.id, e.name, e.marker, e.status, e.step]);

  it('touches only the track that it is about', () => {
    fc.assert(
      fc.property(file, fc.nat(), fc.constantFrom(...settableMarkers), (text, pick, marker) => {
        const { entries } = parseTracks(text);
        const id = entries.length > 0 ? (entries[pick % entries.length]?.id ?? '') : track.id;
        const edits = [
          addTrackEdits(text, { ...track, id: 'new-one_20260301' }),
          setTrackStatusEdits(text, id, { marker, step: 'EXECUTE' }),
          completeTrackEdits(text, id, { completed: '2026-03-02', summary: 'All done' }),
          removeTrackEdits(text, id),
        ];
        for (const [i, result] of edits.entries()) {
          if ('refused' in result) continue;
          const about = i === 0 ? 'new-one_20260301' : id;
          const after = applyEdits(text, result.edits);
          assert.deepEqual(seen(after, about), seen(text, about), after);
          const count = parseTracks(after).entries.filter((e) => e.id === about).length;
          assert.equal(count > 0, i !== 3, after);
          if (i < 3) assert.equal(after.includes('**Track: code**'), text.includes('**Track: code**'));
          if (text.includes('\r\n')) assert.equal(/[^\r]\n/.test(after), false, JSON.stringify(after));
        }
      }),
      { numRuns: 1000 },
    );
  }).timeout(60_000);
});
