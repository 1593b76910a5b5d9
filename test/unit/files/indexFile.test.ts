import assert from 'node:assert/strict';
import { completeTrackInIndexEdits } from '../../../src/files/indexFile';
import { initialConductorFiles } from '../../../src/files/projectFiles';
import { applyEdits } from '../../../src/files/textEdit';

const done = { id: 'cart_20260101', name: 'Cart', date: '2026-03-02' };

function complete(text: string): string {
  const result = completeTrackInIndexEdits(text, done);
  assert.ok('edits' in result);
  return applyEdits(text, result.edits);
}

describe('index.md when a track is complete', () => {
  const fresh = initialConductorFiles({ projectName: 'Shop', date: '2026-03-01' })['index.md'] ?? '';

  it('gets a line in Recent Completions and the date, and nothing else changes', () => {
    assert.equal(
      complete(fresh),
      fresh.replace('2026-03-01', '2026-03-02').replace('None yet.', '- 2026-03-02: Cart (`cart_20260101`)'),
    );
  });

  it('puts the newest on top, with the bullet of the list, and loses its line in Current Focus', () => {
    const text = [
      '# Status',
      '_Last updated: 2026-02-01T10:00:00Z_',
      '## 🎯 Current Focus',
      '* **cart_20260101** — EXECUTE',
      '* search_20260102 — PLAN, after cart_20260101b',
      '## Recent Completions',
      '* Login (2025-12-09)',
      '',
    ].join('\r\n');
    assert.equal(
      complete(text),
      text
        .replace('2026-02-01T10:00:00Z', '2026-03-02')
        .replace('* **cart_20260101** — EXECUTE\r\n', '')
        .replace('* Login', '* 2026-03-02: Cart (`cart_20260101`)\r\n* Login'),
    );
  });

  it('leaves no heading over nothing', () => {
    const text = '## Current Focus\n- `cart_20260101`: EXECUTE\n\n## Recent Completions\n\n## Other\n';
    assert.equal(
      complete(text),
      '## Current Focus\nNo active track.\n\n## Recent Completions\n\n- 2026-03-02: Cart (`cart_20260101`)\n\n## Other\n',
    );
  });

  it('is listed although a track with a longer name of the same beginning is', () => {
    assert.match(
      complete('## Recent Completions\n\n- 2026-03-01: Other (`cart_20260101b`)\n'),
      /- 2026-03-02: Cart \(`cart_20260101`\)\n- 2026-03-01/,
    );
  });

  it('is done only once', () => {
    assert.equal(complete(complete(fresh)), complete(fresh));
  });

  it('leaves forms alone that it does not know', () => {
    for (const text of [
      '',
      '# Project\n- [Product](./product.md)\n',
      '## Recent Completions\n\n| Track | Date |\n|---|---|\n| a | b |\n',
      '*Last updated: December 23, 2025*\n',
      '```\n## Recent Completions\n```\n',
    ]) {
      assert.equal(complete(text), text);
    }
  });
});
