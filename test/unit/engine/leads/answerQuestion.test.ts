import assert from 'node:assert/strict';
import { answerQuestion } from '../../../../src/engine/leads/answerQuestion';
import { attendQuestions } from '../../../../src/engine/leads/attendQuestions';
import { consultations } from '../../../../src/panels/track/waiting';
import { closeScenes } from '../run/agentScene';
import { LeadsScene } from './leadsScene';

const money = {
  id: 'q2',
  question: 'May the hosting cost $80 a month more?',
  options: ['Yes', 'No'],
  own: 'kept',
};
const yes = { questionId: 'q2', question: money.question, answer: ' Yes ', by: 'Eve' };

describe('answerQuestion', function () {
  this.timeout(60_000);
  afterEach(() => closeScenes());

  it('the file that the agent reads, the audit trail, the blocker and the decision log; twice is once', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    await scene.attend();
    const result = await answerQuestion(scene.context.ports, await scene.track(), yes);
    assert.ok('why' in result, JSON.stringify(result));
    assert.deepEqual(result.warnings, []);
    assert.equal(result.files.length, 2);
    const [entry] = scene.questions();
    assert.deepEqual(
      [entry?.['answer'], entry?.['answered_by'], entry?.['authority'], entry?.['own']],
      ['Yes', 'Eve', 'USER_ONLY', 'kept'],
    );
    const { blockers, loop_state } = scene.metadata();
    assert.deepEqual(
      ['status', 'resolution', 'answer', 'answered_by'].map((key) => blockers?.[0]?.[key]),
      ['RESOLVED', 'Yes', 'answer', 'Eve'],
    );
    assert.ok(blockers?.[0]?.['resolved_at']);
    assert.equal(loop_state['step_status'], 'IN_PROGRESS');
    const [logged] = scene.consultations();
    assert.deepEqual(
      ['lead', 'decision_made', 'decision', 'authority_used', 'escalated_to', 'question_id'].map(
        (k) => logged?.[k],
      ),
      ['user', true, 'Yes', 'USER_ONLY', null, 'q2'],
    );
    assert.match(scene.text('decision-log.md'), /\*\*Decision:\*\* Yes/);
    assert.match(scene.text('decision-log.md'), /\*\*Alternatives:\*\* No/);
    const files = () =>
      ['decision-log.md', 'tracks/login/metadata.json', 'tracks/login/questions.json'].map((f) =>
        scene.text(f),
      );
    const before = files();
    const again = await answerQuestion(scene.context.ports, await scene.track(), yes);
    assert.ok('why' in again);
    assert.deepEqual(again.files, []);
    assert.deepEqual(files(), before);
  });

  it('the note of the answer reaches the agent, the audit entry and the decision log', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    await scene.attend();
    const no = { ...yes, answer: 'No', reasoning: ' too dear ' };
    const result = await answerQuestion(scene.context.ports, await scene.track(), no);
    assert.ok('why' in result && result.warnings.length === 0, JSON.stringify(result));
    assert.equal(scene.questions()[0]?.['reasoning'], 'too dear');
    assert.equal(scene.consultations()[0]?.['reasoning'], 'too dear');
    assert.match(scene.text('decision-log.md'), /\*\*Rationale:\*\* too dear/);
    const late = { ...no, reasoning: 'another one' };
    const again = await answerQuestion(scene.context.ports, await scene.track(), late);
    assert.match('why' in again ? again.warnings.join() : '', /not added: another one/);
  });

  it('“resolved” is no answer, unless the question offers it', async () => {
    const offers = { id: 'q4', question: 'Does the bug of the price stay?', options: ['Resolved', 'Open'] };
    const scene = await LeadsScene.make({ questions: [money, offers] });
    for (const text of ['resolved', ' It Is  Resolved. ']) {
      const result = await answerQuestion(scene.context.ports, await scene.track(), { ...yes, answer: text });
      assert.equal('refused' in result && result.refused.code, 'answer-empty');
    }
    assert.equal(scene.answerTo('q2'), undefined);
    const answered = { questionId: 'q4', question: offers.question, answer: 'resolved', by: 'Eve' };
    const result = await answerQuestion(scene.context.ports, await scene.track(), answered);
    assert.ok('why' in result, JSON.stringify(result));
    assert.equal(scene.answerTo('q4'), 'resolved');
  });

  it('the track panel names who decided: a lead, the user, the orchestrator', async () => {
    const naming = { id: 'q3', question: 'How is this variable named?', options: ['count'] };
    const answered = { id: 'q1', question: 'Which approach?', answer: 'Events', answered_by: 'tech-lead' };
    const scene = await LeadsScene.make({ questions: [money, naming, answered] });
    await scene.attend();
    await answerQuestion(scene.context.ports, await scene.track(), yes);
    assert.deepEqual(
      consultations(await scene.track(), { now: 0 }).map(({ text }) => text),
      ['Orchestrator: count', 'Tech lead: Events', 'User: Yes'],
    );
  });

  it('while an agent waits: the loop tells the answer and nothing is left for the user', async () => {
    const scene = await LeadsScene.make({ questions: [money] });
    let asked = false;
    const { userOnly } = await scene.attend(async () => {
      if (!scene.metadata().blockers) return false;
      if (!asked) await answerQuestion(scene.context.ports, await scene.track(), yes);
      asked = true;
      return scene.events.some((event) => event.event === 'question' && event.answer === 'Yes');
    });
    assert.deepEqual(userOnly, []);
    assert.equal(scene.consultations().length, 1);
  });

  it('killed between the writes at any place: the next run completes it, once', async () => {
    for (const written of [1, 2]) {
      const scene = await LeadsScene.make({ questions: [money] });
      await scene.attend();
      let left = written;
      const { editor } = scene.context.ports;
      const killed = new Error('killed');
      const ports = {
        ...scene.context.ports,
        editor: {
          edit: (request: Parameters<typeof editor.edit>[0]) => {
            if (left-- <= 0) throw killed;
            return editor.edit(request);
          },
          create: (request: Parameters<typeof editor.create>[0]) => editor.create(request),
        },
      };
      const track = await scene.track();
      await assert.rejects(async () => answerQuestion(ports, track, yes), killed);
      assert.equal(scene.metadata().blockers?.[0]?.['status'], 'ACTIVE');
      await attendQuestions(scene.context, Promise.resolve());
      await attendQuestions(scene.context, Promise.resolve());
      assert.equal(scene.metadata().blockers?.[0]?.['status'], 'RESOLVED');
      assert.equal(scene.consultations().length, 1);
      assert.equal(scene.text('decision-log.md').match(/DECISION-\d/g)?.length, 1);
    }
  });

  it('a step that only this question stopped goes back to NOT_STARTED', async () => {
    const scene = await LeadsScene.make({
      questions: [money],
      metadata: {
        loop_state: { current_step: 'EXECUTE', step_status: 'BLOCKED', fix_cycle_count: 0 },
        blockers: [
          {
            id: 'question:q2',
            description: money.question,
            status: 'ACTIVE',
            blocked_step: 'EXECUTE',
            subject: 'q2',
          },
        ],
      },
    });
    await answerQuestion(scene.context.ports, await scene.track(), yes);
    assert.equal(scene.metadata().loop_state['step_status'], 'NOT_STARTED');
    const two = await LeadsScene.make({
      questions: [money],
      metadata: {
        loop_state: { current_step: 'EXECUTE', step_status: 'BLOCKED', fix_cycle_count: 0 },
        blockers: [{ id: 'question:q2', description: money.question, status: 'ACTIVE' }, 'No key'],
      },
    });
    await answerQuestion(two.context.ports, await two.track(), yes);
    assert.equal(two.metadata().loop_state['step_status'], 'BLOCKED');
  });

  it('refuses what cannot be, and writes nothing then', async () => {
    const scene = await LeadsScene.make({ questions: [{ ...money, answer: 'No', answered_by: 'Bob' }] });
    const code = async (o: Partial<typeof yes>): Promise<string> => {
      const result = await answerQuestion(scene.context.ports, await scene.track(), { ...yes, ...o });
      return 'refused' in result ? result.refused.code : 'done';
    };
    const before = scene.text('tracks/login/metadata.json');
    assert.equal(await code({ answer: ' \n' }), 'answer-empty');
    assert.equal(await code({}), 'question-answered');
    assert.equal(await code({ questionId: 'q9' }), 'question-not-found');
    scene.write('tracks/login/questions.json', '[{');
    assert.equal(await code({}), 'json-invalid');
    assert.equal(scene.text('tracks/login/metadata.json'), before);
    const none = await LeadsScene.make();
    const result = await answerQuestion(none.context.ports, await none.track(), yes);
    assert.ok('refused' in result && result.refused.code === 'question-not-found');
  });

  it('a decision log that cannot be written is a warning; lead_consultations: null gets a list', async () => {
    const scene = await LeadsScene.make({ questions: [money], metadata: { lead_consultations: null } });
    scene.write('decision-log.md', '\u0000binary');
    const result = await answerQuestion(scene.context.ports, await scene.track(), yes);
    assert.ok('why' in result);
    assert.match(result.warnings[0]!, /decision-log\.md/);
    assert.equal(scene.consultations().length, 1);
    assert.equal(scene.text('decision-log.md'), '\u0000binary');
  });
});
