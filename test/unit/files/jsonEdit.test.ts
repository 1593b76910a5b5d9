import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTree, type Node } from 'jsonc-parser';
import { jsonEdits, type JsonChange } from '../../../src/files/jsonEdit';
import { applyEdits } from '../../../src/files/textEdit';

function change(text: string, ...changes: JsonChange[]): string {
  const result = jsonEdits(text, changes);
  assert.ok('edits' in result, 'refused' in result ? result.refused.message : '');
  return applyEdits(text, result.edits);
}

function refusal(text: string, ...changes: JsonChange[]): string {
  const result = jsonEdits(text, changes);
  assert.ok('refused' in result);
  assert.match(result.refused.message, /[Nn]othing (?:was|will be) written|cannot be removed/);
  return result.refused.code;
}

const track = `{
  "track_id": "cart",
  "status": "new",

  "loop_state": {
    "current_step": "PLAN",
    "checkpoints": {
      "PLAN": { "status": "PASSED" },
      "FIX": {"status":"NOT_STARTED"}
    }
  },
  "blockers": [],
  "tags": ["a", "b"]
}
`;

describe('editing JSON', () => {
  it('changes a value and nothing else', () => {
    assert.equal(
      change(track, { path: ['status'], value: 'complete' }),
      track.replace('"new"', '"complete"'),
    );
    assert.equal(
      change(track, { path: ['loop_state', 'checkpoints', 'FIX', 'status'], value: 'PASSED' }),
      track.replace('NOT_STARTED', 'PASSED'),
    );
  });

  it('adds properties where and how their neighbours stand', () => {
    assert.equal(
      change(track, { path: ['loop_state', 'fix_cycle_count'], value: 1 }),
      track.replace('    }\n  },', '    },\n    "fix_cycle_count": 1\n  },'),
    );
    assert.equal(
      change(track, { path: ['loop_state', 'checkpoints', 'PLAN', 'agent'], value: 'loop-planner' }),
      track.replace('"PASSED" }', '"PASSED", "agent": "loop-planner" }'),
    );
    assert.equal(
      change(track, { path: ['loop_state', 'checkpoints', 'EXECUTE', 'status'], value: 'IN_PROGRESS' }),
      track.replace(
        '"NOT_STARTED"}\n',
        '"NOT_STARTED"},\n      "EXECUTE": {\n        "status": "IN_PROGRESS"\n      }\n',
      ),
    );
  });

  it('appends to arrays: empty, on one line, on several', () => {
    const one = change(track, { path: ['blockers', -1], value: { id: 'blocker-1' } });
    assert.equal(
      one,
      track.replace('"blockers": []', '"blockers": [\n    {\n      "id": "blocker-1"\n    }\n  ]'),
    );
    assert.equal(
      change(one, { path: ['blockers', -1], value: { id: 'blocker-2' } }),
      one.replace('    }\n  ],', '    },\n    {\n      "id": "blocker-2"\n    }\n  ],'),
    );
    assert.equal(change(track, { path: ['tags', -1], value: 'c' }), track.replace('"b"]', '"b", "c"]'));
    assert.equal(change(track, { path: ['tags', 2], value: 'c' }), track.replace('"b"]', '"b", "c"]'));
    assert.equal(
      change(track, { path: ['notes', -1], value: 'x' }).includes('"notes": [\n    "x"\n  ]'),
      true,
    );
  });

  it('removes properties and elements, first, middle, last and only', () => {
    assert.equal(
      change(track, { path: ['status'], value: undefined }),
      track.replace('  "status": "new",\n', ''),
    );
    assert.equal(
      change(track, { path: ['tags'], value: undefined }),
      track.replace('"blockers": [],\n  "tags": ["a", "b"]\n', '"blockers": []\n'),
    );
    assert.equal(change(track, { path: ['tags', 0], value: undefined }), track.replace('"a", ', ''));
    assert.equal(change(track, { path: ['tags', 1], value: undefined }), track.replace(', "b"', ''));
    assert.equal(
      change(track, { path: ['loop_state', 'checkpoints', 'PLAN', 'status'], value: undefined }),
      track.replace('{ "status": "PASSED" }', '{}'),
    );
    assert.equal(change(track, { path: ['nothing', 'here'], value: undefined }), track);
  });

  it('keeps tabs, four blanks, CRLF, a compact file and a missing final line break', () => {
    assert.equal(
      change('{\n\t"a": {\n\t\t"b": 1\n\t}\n}', { path: ['a', 'c'], value: [1] }),
      '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": [\n\t\t\t1\n\t\t]\n\t}\n}',
    );
    assert.equal(
      change('{\r\n    "a": 1\r\n}\r\n', { path: ['b'], value: { c: 2 } }),
      '{\r\n    "a": 1,\r\n    "b": {\r\n        "c": 2\r\n    }\r\n}\r\n',
    );
    assert.equal(change('{"a":1,"b":[]}', { path: ['b', -1], value: { c: 1 } }), '{"a":1,"b":[{"c":1}]}');
    assert.equal(change('{"a":1}', { path: ['b', 'c'], value: 2 }), '{"a":1,"b":{"c":2}}');
    assert.equal(
      change('{ "last_successful_step": "2.1" }\n', { path: ['x'], value: true }),
      '{ "last_successful_step": "2.1", "x": true }\n',
    );
    assert.equal(change('{\n  "a" : 1\n}', { path: ['b'], value: 2 }), '{\n  "a" : 1,\n  "b" : 2\n}');
    assert.equal(change('{\n}\n', { path: ['b'], value: 2 }), '{\n  "b": 2\n}\n');
  });

  it('changes the one of doubled keys that counts, and removes them all', () => {
    const doubled = '{\n  "status": "new",\n  "status": "old"\n}';
    assert.equal(
      change(doubled, { path: ['status'], value: 'x' }),
      '{\n  "status": "new",\n  "status": "x"\n}',
    );
    assert.deepEqual(JSON.parse(change(doubled, { path: ['status'], value: undefined })), {});
  });

  it('makes several changes in one go, later ones on the result of earlier ones', () => {
    const after = change(
      track,
      { path: ['loop_state', 'current_step'], value: 'EXECUTE' },
      { path: ['loop_state', 'checkpoints', 'EXECUTE'], value: { status: 'IN_PROGRESS' } },
      { path: ['loop_state', 'checkpoints', 'EXECUTE', 'agent'], value: 'loop-executor' },
      { path: ['blockers', -1], value: 'first' },
      { path: ['blockers', -1], value: 'second' },
      { path: ['status'], value: undefined },
      { path: ['updated_at'], value: '2026-03-01' },
    );
    assert.deepEqual(JSON.parse(after), {
      track_id: 'cart',
      loop_state: {
        current_step: 'EXECUTE',
        checkpoints: {
          PLAN: { status: 'PASSED' },
          FIX: { status: 'NOT_STARTED' },
          EXECUTE: { status: 'IN_PROGRESS', agent: 'loop-executor' },
        },
      },
      blockers: ['first', 'second'],
      tags: ['a', 'b'],
      updated_at: '2026-03-01',
    });
    assert.ok(
      after.includes('      "PLAN": { "status": "PASSED" },\n      "FIX": {"status":"NOT_STARTED"},\n'),
    );
  });

  it('gives edits against the original text that lie apart and touch no more than they must', () => {
    const result = jsonEdits(track, [
      { path: ['tags', 0], value: 'z' },
      { path: ['status'], value: 'complete' },
    ]);
    assert.deepEqual(result, {
      edits: [
        { start: track.indexOf('"new"'), end: track.indexOf('"new"') + 5, text: '"complete"' },
        { start: track.indexOf('"a"'), end: track.indexOf('"a"') + 3, text: '"z"' },
      ],
    });
  });

  it('has nothing to do where the file says so already', () => {
    assert.deepEqual(jsonEdits(track, [{ path: ['tags'], value: ['a', 'b'] }]), { edits: [] });
    assert.deepEqual(jsonEdits(track, [{ path: ['status'], value: 'new' }]), { edits: [] });
  });

  it('writes below null as below an object that is not there', () => {
    assert.deepEqual(JSON.parse(change('{"loop_state": null}', { path: ['loop_state', 'a'], value: 1 })), {
      loop_state: { a: 1 },
    });
  });

  it('treats __proto__ as any other key', () => {
    const after = change('{\n  "a": 1\n}', { path: ['__proto__', 'polluted'], value: true });
    assert.equal(after, '{\n  "a": 1,\n  "__proto__": {\n    "polluted": true\n  }\n}');
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal(change(after, { path: ['__proto__'], value: undefined }), '{\n  "a": 1\n}');
  });

  it('refuses what is not strict JSON and paths that lead nowhere', () => {
    for (const text of ['', '{', '{"a": 1,}', '{"a": 1} // b', '{"a":1}{"b":2}', "{'a': 1}", '\\{']) {
      assert.equal(refusal(text, { path: ['a'], value: 2 }), 'json-invalid', text);
    }
    assert.equal(refusal(track, { path: ['status', 'x'], value: 1 }), 'json-path');
    assert.equal(refusal(track, { path: ['tags', 'x'], value: 1 }), 'json-path');
    assert.equal(refusal(track, { path: ['tags', 9], value: 1 }), 'json-path');
    assert.equal(refusal('[]', { path: ['x'], value: 1 }), 'json-path');
    assert.equal(refusal(track, { path: [], value: undefined }), 'json-path');
  });

  it('refuses nesting that no stack holds', () => {
    const deep = '{"a":'.repeat(200_000) + '1' + '}'.repeat(200_000);
    assert.equal(refusal(deep, { path: ['b'], value: 1 }), 'json-invalid');
  });

  describe('any change (property)', () => {
    const key = fc.constantFrom(
      'a',
      'b',
      'c',
      'status',
      'loop_state',
      'x y',
      '"',
      '__proto__',
      'constructor',
    );
    const { json } = fc.letrec<{ json: unknown; object: Record<string, unknown> }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 0, 1.5, -3e10, '', 'text', 'ünï "quoted" \\ \n', 'a, b'),
        tie('object'),
        fc.array(tie('json'), { maxLength: 4 }),
      ),
      object: fc
        .uniqueArray(fc.tuple(key, tie('json')), { selector: ([k]) => k, maxLength: 5 })
        .map((entries) => Object.fromEntries(entries) as Record<string, unknown>),
    }));
    const root = fc
      .uniqueArray(fc.tuple(key, json), { selector: ([k]) => k, maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
    const indent = fc.constantFrom(2, 4, '\t', 0);

    /** Walks down into what is there, then maybe one further step. */
    function pathIn(value: unknown, picks: readonly number[], newKey: string): (string | number)[] {
      const path: (string | number)[] = [];
      let at = value;
      for (const pick of picks) {
        if (typeof at !== 'object' || at === null) return path.length > 0 ? path : [newKey];
        const keys = Array.isArray(at) ? at.map((_, i) => i) : Object.keys(at);
        if (keys.length === 0 || pick % 5 === 0) {
          path.push(Array.isArray(at) ? keys.length : newKey);
          return path;
        }
        const step = keys[pick % keys.length] as string | number;
        path.push(step);
        at = (at as Record<string | number, unknown>)[step];
      }
      return path;
    }

    it('reads back as asked, and leaves every line that is not on its path', () => {
      fc.assert(
        fc.property(
          root,
          indent,
          fc.boolean(),
          fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
          key,
          fc.option(json, { nil: undefined }),
          (value, space, crlf, picks, newKey, wanted) => {
            const plain = JSON.stringify(value, null, space);
            const text = crlf ? plain.replace(/\n/g, '\r\n') : plain;
            const path = pathIn(value, picks, newKey);
            const result = jsonEdits(text, [{ path, value: wanted }]);
            assert.ok('edits' in result, JSON.stringify(result));
            const after = applyEdits(text, result.edits);
            assert.deepEqual(JSON.parse(after), expected(value, path, wanted));
            if (crlf) assert.equal(/[^\r]\n/.test(after), false);
            const kept = textsBeside(after, path);
            for (const [place, written] of textsBeside(text, path))
              assert.equal(kept.get(place), written, place);
          },
        ),
        { numRuns: 1500 },
      );
    }).timeout(60_000);

    it('composes: many changes at once are the same as one after the other', () => {
      const one = fc.record({
        picks: fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
        key,
        value: fc.option(json, { nil: undefined }),
      });
      fc.assert(
        fc.property(root, indent, fc.array(one, { maxLength: 5 }), (value, space, wanted) => {
          const text = JSON.stringify(value, null, space);
          let step = text;
          const changes: JsonChange[] = [];
          for (const w of wanted) {
            const next = { path: pathIn(JSON.parse(step), w.picks, w.key), value: w.value };
            changes.push(next);
            step = change(step, next);
          }
          assert.deepEqual(JSON.parse(change(text, ...changes)), JSON.parse(step));
        }),
        { numRuns: 500 },
      );
    }).timeout(60_000);

    it('restores the text when a value is changed and changed back', () => {
      fc.assert(
        fc.property(
          root,
          indent,
          fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }),
          (value, space, picks) => {
            const text = JSON.stringify(value, null, space);
            const path = pathIn(
              value,
              picks.map((p) => (p % 5 === 0 ? p + 1 : p)),
              'a',
            );
            const old = path.reduce<unknown>(
              (v, k) => (Object.hasOwn(v as object, k) ? (v as never)[k] : undefined),
              value,
            );
            fc.pre(old !== undefined && (typeof old !== 'object' || old === null));
            const there = change(text, { path, value: 'something else' });
            assert.equal(change(there, { path, value: old }), text);
          },
        ),
      );
    }).timeout(60_000);
  });
});

function expected(value: unknown, path: readonly (string | number)[], wanted: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return plainJson(wanted);
  if (typeof key === 'number') {
    const list = value === undefined || value === null ? [] : [...(value as unknown[])];
    if (rest.length === 0 && wanted === undefined) list.splice(key, 1);
    else list[key] = expected(list[key], rest, wanted);
    return list;
  }
  const entries = Object.entries(value ?? {}).filter(
    ([k]) => k !== key || rest.length > 0 || wanted !== undefined,
  );
  const old = entries.find(([k]) => k === key);
  if (rest.length === 0 && wanted === undefined) return Object.fromEntries(entries);
  const now: [string, unknown] = [key, expected(old?.[1], rest, wanted)];
  return Object.fromEntries(old ? entries.map((e) => (e[0] === key ? now : e)) : [...entries, now]);
}

/** How everything beside a path is written: place → raw text, indentation included. */
function textsBeside(text: string, path: readonly (string | number)[]): Map<string, string> {
  const texts = new Map<string, string>();
  let node = parseTree(text);
  for (const [depth, key] of path.entries()) {
    if (node?.type !== 'object') break;
    let next: Node | undefined;
    for (const property of node.children ?? []) {
      const name = property.children?.[0]?.value as string;
      if (name === key) next = property.children?.[1];
      else texts.set(`${depth} ${name}`, text.slice(property.offset, property.offset + property.length));
    }
    node = next;
  }
  return texts;
}

function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
