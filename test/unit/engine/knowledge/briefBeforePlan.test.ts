import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { briefBeforePlan, goalIn } from '../../../../src/engine/knowledge/briefBeforePlan';
import { closeScenes } from '../run/agentScene';
import { LeadsScene } from '../leads/leadsScene';

const patterns = `# Patterns\n\n## Auth Patterns\n\n### Validate the login on the server\n\n**Problem:** Forms lie\n\n### Cache thumbnails\n\n**Problem:** Slow\n`;
const errors = {
  version: 1,
  errors: [
    { id: 'err-001', problem: 'The login session was lost', solution: 'Set sameSite', occurrences: 2 },
  ],
};

describe('briefBeforePlan', () => {
  afterEach(() => closeScenes());

  it('what matches the goal, at most 500 tokens, for the planner and in a file; emptied when nothing matches', async () => {
    const scene = await LeadsScene.make();
    scene.write(
      'tracks/login/spec.md',
      '# Login page\r\n\r\n## Overview\r\nPeople log in with a session.\r\n',
    );
    scene.write('knowledge/patterns.md', patterns);
    scene.write('knowledge/errors.json', errors);
    const brief = await briefBeforePlan(scene.context, await scene.track());
    assert.match(brief.text, /Validate the login on the server/);
    assert.match(brief.text, /session was lost → Set sameSite/);
    assert.doesNotMatch(brief.text, /thumbnails/);
    assert.ok(brief.tokens > 0 && brief.tokens <= 500);
    assert.equal(readFileSync(brief.file!, 'utf8'), `${brief.text}\n`);
    assert.deepEqual(scene.events, [
      { event: 'knowledge', patterns: 1, errors: 1, tokens: brief.tokens, by: 'rule' },
    ]);

    scene.write('knowledge/patterns.md', '# Patterns\n');
    scene.write('knowledge/errors.json', { version: 1, errors: [] });
    const none = await briefBeforePlan(scene.context, await scene.track());
    assert.deepEqual(none, { text: '', tokens: 0 });
    assert.equal(readFileSync(brief.file!, 'utf8'), '');
  });

  it('without knowledge nothing is said and no file is made', async () => {
    const scene = await LeadsScene.make();
    assert.deepEqual(await briefBeforePlan(scene.context, await scene.track()), { text: '', tokens: 0 });
    assert.throws(() => scene.text('tracks/login/.message-bus/run/knowledge-brief.md'));
    assert.deepEqual(scene.warnings(), []);
  });

  it('files that are no text, too large or damaged: a warning, and the rest is used', async () => {
    const scene = await LeadsScene.make();
    scene.write('knowledge/patterns.md', '\u0000binary');
    scene.write('knowledge/errors.json', `{"errors": [{"problem": "login fails", "solution": "retry"},]}`);
    const brief = await briefBeforePlan(scene.context, await scene.track());
    assert.match(brief.text, /login fails/);
    assert.equal(scene.warnings().length, 1);
    scene.write('knowledge/patterns.md', 'x'.repeat(6_000_000));
    await briefBeforePlan(scene.context, await scene.track());
    assert.match(scene.warnings()[1]!, /5\.7 MB/);
  });

  it('the goal: title, and Goal, Overview or Summary; else what stands first', () => {
    assert.equal(
      goalIn('# T\n\nIntro\n\n## Goal\nAim\n### More\nDetail\n## Other\nNo\n'),
      'T\nAim\n### More\nDetail',
    );
    assert.equal(goalIn('# T\n\nIntro\n\n## Scope\nNo\n'), 'T\nIntro');
    assert.equal(goalIn('Just text\n## Scope\n'), 'Just text');
    assert.equal(goalIn('## 1. Overview\r\nAim\r\n'), 'Aim');
    assert.equal(goalIn(''), '');
  });
});
