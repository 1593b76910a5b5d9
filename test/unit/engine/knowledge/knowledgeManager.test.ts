import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { briefBeforePlan } from '../../../../src/engine/knowledge/briefBeforePlan';
import { endLeftKnowledgeManager } from '../../../../src/engine/knowledge/knowledgeManager';
import { tokensOf } from '../../../../src/rules/knowledge';
import { closeScenes, scripted } from '../run/agentScene';
import { LeadsScene } from '../leads/leadsScene';

const patterns = `# Patterns\n\n## Auth Patterns\n\n### Validate the login on the server\n\n**Problem:** Forms lie\n\n### Cache thumbnails\n\n**Problem:** Slow\n`;
const prompt =
  'Goal {goal}; at most {token_limit}.\n{excerpts}\nAnswer to {answer_path} for {track_id} in {track_dir}';

/** Keeps its prompt beside the project, and answers this. */
const manager = (answer: unknown) =>
  scripted(`
const fs = require('node:fs');
fs.appendFileSync(process.env.CONDUCTOR_ROOT + '/prompts.jsonl', JSON.stringify({ id: process.env.CONDUCTOR_ROLE, prompt: process.argv[1] }) + '\\n');
const answer = ${JSON.stringify(typeof answer === 'string' ? answer : JSON.stringify(answer))};
if (answer === 'wait') setInterval(() => undefined, 1000);
else if (answer !== '') fs.writeFileSync(process.env.CONDUCTOR_ANSWER, answer);
`);

async function sceneWith(
  answer: unknown,
  o: Parameters<typeof LeadsScene.make>[0] & { readonly own?: string | false } = {},
): Promise<LeadsScene> {
  const scene = await LeadsScene.make({ ...o, provider: manager(answer) });
  scene.write('tracks/login/spec.md', '# Login page\n\n## Goal\nPeople log in.\n');
  scene.write('knowledge/patterns.md', patterns);
  if (o.own !== false) scene.write('prompts/knowledge-manager.md', o.own ?? prompt);
  return scene;
}
const brief = async (scene: LeadsScene) => briefBeforePlan(scene.context, await scene.track());
const by = (scene: LeadsScene) =>
  scene.events.flatMap((event) => (event.event === 'knowledge' ? [event.by] : []));

describe('knowledge manager', () => {
  afterEach(() => closeScenes());

  it('chooses the brief in a project that has a prompt for it; it is told goal and all that is known', async () => {
    const scene = await sceneWith({
      patterns_found: [{ name: 'Cache thumbnails', summary: 'Also for\navatars' }],
      errors_to_watch: [{ pattern: 'lost session', prevention: 'set sameSite' }],
      recommendations: ['Begin on the server'],
    });
    const { text, tokens, file } = await brief(scene);
    assert.equal(
      text,
      '- Pattern “Cache thumbnails”: Also for avatars\n- Error to watch for: lost session → set sameSite\n- Begin on the server',
    );
    assert.ok(tokens > 0 && tokens <= 500);
    assert.equal(readFileSync(file!, 'utf8'), `${text}\n`);
    assert.deepEqual(by(scene), ['agent']);
    assert.deepEqual(scene.warnings(), []);
    const [asked] = scene.prompts();
    assert.equal(asked?.id, 'knowledge-manager');
    assert.match(asked.prompt, /^Goal .*Login page\nPeople log in\.; at most 500\./s);
    assert.match(asked.prompt, /Validate the login on the server.*Cache thumbnails/s);
    assert.match(
      asked.prompt,
      /answers\/knowledge-manager-PLAN-.*\.json for login in conductor\/tracks\/login$/,
    );
    const entries = scene.context.log.entries.filter(({ kind }) => kind === 'ended');
    assert.deepEqual(
      entries.map((entry) => entry.kind === 'ended' && entry.outcome),
      ['passed'],
    );
  });

  it('nothing helps is an answer, too', async () => {
    const scene = await sceneWith({});
    assert.deepEqual(await brief(scene), { text: '', tokens: 0 });
    assert.deepEqual([by(scene), scene.warnings()], [['agent'], []]);
  });

  it('what it says is cut to 500 tokens, by whole lines', async () => {
    const recommendations = Array.from({ length: 40 }, (_, i) => `Number ${i} ${'x'.repeat(100)}`);
    const { text } = await brief(await sceneWith({ recommendations }));
    assert.ok(tokensOf(text) <= 500);
    assert.match(text, /^- Number 0 x+\n/);
    assert.ok(text.split('\n').every((line) => line.length > 100));
  });

  it('counted is what the planner is told, not what did not fit any more', async () => {
    const long = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(300)}`);
    const scene = await sceneWith({
      patterns_found: long(6).map((name) => ({ name, summary: 's' })),
      errors_to_watch: [...long(2), 'short'].map((pattern) => ({ pattern, prevention: 'p' })),
    });
    const { text } = await brief(scene);
    assert.equal(text.match(/^- Pattern/gm)?.length, 4);
    assert.equal(text.match(/^- Error/gm)?.length, 1);
    const said = scene.events.flatMap((event) => (event.event === 'knowledge' ? [event] : []));
    assert.deepEqual(
      said.map(({ patterns, errors }) => [patterns, errors]),
      [[4, 1]],
    );
  });

  it('is not started without a prompt of the project, nor where nothing is known', async () => {
    for (const own of [false, ' \n'] as const) {
      const scene = await sceneWith({ recommendations: ['Mine'] }, { own });
      assert.match((await brief(scene)).text, /Validate the login/);
      assert.deepEqual([by(scene), scene.prompts()], [['rule'], []]);
    }
    const scene = await sceneWith({ recommendations: ['Mine'] });
    scene.write('knowledge/patterns.md', '# Patterns\n');
    assert.deepEqual(await brief(scene), { text: '', tokens: 0 });
    assert.deepEqual(scene.prompts(), []);
  });

  it('that fails in any way leaves the choice to the rule, and the reason is said', async () => {
    for (const [answer, why, more] of [
      ['', /wrote no answer/, {}],
      ['{"patterns_found": [', /no valid JSON/, {}],
      [{ patterns_found: 'all' }, /not what was asked for/, {}],
      [{ recommendations: ['x'.repeat(2000)] }, /longer than 500 tokens/, {}],
      ['wait', /wrote no answer.*\(/, { limitMs: 300 }],
    ] as const) {
      const scene = await sceneWith(answer, more);
      assert.match((await brief(scene)).text, /Validate the login/);
      assert.deepEqual(by(scene), ['rule']);
      assert.equal(scene.warnings().length, 1);
      assert.match(scene.warnings()[0]!, why);
      assert.match(scene.warnings()[0]!, /by words in common, not by the knowledge manager/);
    }
  });

  it('where every start is confirmed a no leaves the choice to the rule', async () => {
    const scene = await sceneWith({ recommendations: ['Mine'] }, { settings: { mode: 'confirm-all' } });
    const asked: string[] = [];
    const context = {
      ...scene.context,
      ports: {
        ...scene.context.ports,
        confirm: ({ what }: { what: string }) => (asked.push(what), Promise.resolve('no' as const)),
      },
    };
    const { text } = await briefBeforePlan(context, await scene.track());
    assert.match(text, /Validate the login/);
    assert.deepEqual(asked, ['Start the knowledge manager of login.']);
    assert.deepEqual(scene.prompts(), []);
  });

  it('that a broken-off run left behind is ended and asked anew', async () => {
    const first = await sceneWith('wait');
    const begun = brief(first);
    const { desk } = first.context;
    while (desk.running.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const [left] = desk.running;
    const second = await sceneWith({ recommendations: ['Mine'] }, { in: first });
    await endLeftKnowledgeManager(second.context);
    assert.equal((await brief(second)).text, '- Mine');
    assert.equal(second.context.log.state().open.length, 0);
    await begun.catch(() => undefined);
    assert.ok(left?.isOver);
  });
});
