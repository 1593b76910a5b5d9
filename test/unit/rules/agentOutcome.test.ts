import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AgentOutputReader, readAgentOutput } from '../../../src/files/agentOutput';
import { agentOutcome, metadataStatement, type AgentRun } from '../../../src/rules/agentOutcome';
import { checkpointOf, loopOf } from './builders';

const read = (text: string) => readAgentOutput(Buffer.from(text));
const run = (text: string, o: Partial<AgentRun> = {}) =>
  agentOutcome({ role: 'evaluator', output: read(text), exitCode: 0, ...o });
const pass = '{"verdict":"PASS","summary":"ok","files_changed":2}';

describe('agent output: what counts', () => {
  it('whole lines only, the last of each form', () => {
    assert.equal(read(`VERDICT: FAIL\nI said VERDICT: PASS\nVERDICT: PASS`).markers.VERDICT?.text, 'PASS');
    assert.equal(read(`the result is ${pass}`).json, undefined);
    assert.deepEqual(read(`${pass}\n{"verdict":"FAIL","summary":"no"}`).json?.verdict, 'FAIL');
  });

  it('quotations do not count: fences, open fences, quotes, indented code', () => {
    for (const text of [
      `\`\`\`json\n${pass}\n\`\`\``,
      `~~~\n${pass}`,
      `> VERDICT: PASS`,
      `    ${pass}`,
      `\`\`\`\`\n\`\`\`\n${pass}\n\`\`\`\``,
    ]) {
      const { json, markers } = read(text);
      assert.deepEqual([json, markers], [undefined, {}], text);
    }
  });

  it('colours, CR LF, UTF-16, broken bytes and long lines', () => {
    assert.equal(read(`\u001b[32mVERDICT: PASS\u001b[0m\r\n`).markers.VERDICT?.text, 'PASS');
    assert.equal(readAgentOutput(Buffer.from(`\ufeff${pass}\r\n`, 'utf16le')).json?.verdict, 'PASS');
    assert.equal(
      readAgentOutput(Buffer.concat([Buffer.from([0xc3, 0x28, 10]), Buffer.from(pass)])).json?.verdict,
      'PASS',
    );
    assert.equal(read(`${'x'.repeat(300_000)}\n${pass}`).json?.line, 2);
  });

  it('chunks may be cut anywhere', () => {
    const bytes = Buffer.from(
      `día\r\n\`\`\`\r\nVERDICT: FAIL\r\n\`\`\`\r\n${pass}\r\nTASKS COMPLETED: 3/3\r\n`,
    );
    const whole = readAgentOutput(bytes);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const reader = new AgentOutputReader();
        let start = 0;
        for (const cut of [...cuts.filter((c) => c >= 4).sort((a, b) => a - b), bytes.length]) {
          reader.push(bytes.subarray(start, cut));
          start = cut;
        }
        assert.deepEqual(reader.end(), whole);
      }),
    );
  });
});

describe('agentOutcome', () => {
  const metadata = { says: 'passed', where: 'metadata.json says PASSED', reasons: [] } as const;

  it('metadata, then output, then exit code', () => {
    const by = (o: ReturnType<typeof agentOutcome>) => ('by' in o ? [o.outcome, o.by] : ['person']);
    assert.deepEqual(by(run('', { metadata })), ['passed', 'metadata']);
    assert.deepEqual(by(run(pass)), ['passed', 'output']);
    assert.deepEqual(by(run('', { exitCode: 4 })), ['blocked', 'exitCode']);
    assert.deepEqual(by(run('', { exitCode: 1 })), ['failed', 'exitCode']);
  });

  it('exit code 0 alone passes nobody without evidence, and an evaluator never', () => {
    assert.equal(run('').outcome, 'person');
    assert.equal(run('', { evidence: { what: 'plan.md changed', present: true } }).outcome, 'person');
    assert.equal(
      run('', { role: 'worker', evidence: { what: 'plan.md changed', present: false } }).outcome,
      'person',
    );
    assert.equal(
      run('', { role: 'worker', evidence: { what: 'plan.md changed', present: true } }).outcome,
      'passed',
    );
  });

  it('contradictions go to a person with both sides named', () => {
    for (const [outcome, sides] of [
      [run('VERDICT: FAIL', { metadata }), /metadata\.json says PASSED.*VERDICT line says FAIL/],
      [run(`${pass}\nVERDICT: FAIL`), /JSON verdict on line 1 says PASS.*VERDICT line 2 says FAIL/],
      [run(pass, { exitCode: 1 }), /JSON verdict says PASS.*exit code is 1/],
    ] as const) {
      assert.ok(outcome.outcome === 'person');
      assert.match(outcome.why, sides);
    }
  });

  it('an evaluator passes by a verdict only, whatever else it reports', () => {
    for (const text of [
      'TASKS COMPLETED: 8/8',
      'PLAN CREATED: plan.md',
      'TASK COMPLETE: 1.1',
      'FIXES APPLIED: 3',
    ]) {
      assert.equal(run(text).outcome, 'person', text);
      assert.equal(run(`VERDICT: FAIL\n${text}`).outcome, 'failed', text);
    }
    assert.equal(run('TASKS COMPLETED: 8/8\nVERDICT: PASS').outcome, 'passed');
  });

  it('a verdict of FAIL with a mark of success is a contradiction', () => {
    const fail = '{"verdict":"FAIL","summary":"no"}';
    for (const text of [
      `${fail}\nTASK COMPLETE: 1.1`,
      `PLAN CREATED: plan.md\n${fail}`,
      'VERDICT: FAIL\nTASKS COMPLETED: 8/8',
    ]) {
      const result = run(text, { role: 'worker' });
      assert.equal(result.outcome, 'person', text);
      assert.match(result.outcome === 'person' ? result.why : '', /contradicts itself/);
    }
    assert.equal(run(`TASKS COMPLETED: 3/8\n${fail}`, { role: 'worker' }).outcome, 'failed');
  });

  it('a failure that is reported with exit code 0 is a failure', () => {
    assert.equal(run('VERDICT: FAIL').outcome, 'failed');
    assert.equal(run('ERROR: no net\nVERDICT: PASS').outcome, 'passed');
    assert.equal(run('TASKS COMPLETED: 2/3', { role: 'worker' }).outcome, 'failed');
  });

  it('metadata says only what changed since the start', () => {
    const before = loopOf({
      step: 'PLAN',
      stepStatus: 'IN_PROGRESS',
      checkpoints: { PLAN: checkpointOf({ status: 'IN_PROGRESS' }) },
    });
    assert.equal(metadataStatement(before, before), undefined);
    assert.equal(
      metadataStatement(before, { ...before, checkpoints: { PLAN: checkpointOf() } })?.says,
      'passed',
    );
  });

  it('takes reasons that an earlier round left behind for no reasons to pass', () => {
    const before = loopOf({ step: 'EVALUATE_EXECUTION', stepStatus: 'IN_PROGRESS' });
    const said = (status: string) =>
      metadataStatement(before, {
        ...before,
        checkpoints: {
          EVALUATE_EXECUTION: { ...checkpointOf(), status, failureReasons: ['Red'] } as ReturnType<
            typeof checkpointOf
          >,
        },
      });
    assert.deepEqual(said('PASSED')?.reasons, []);
    assert.deepEqual(said('FAILED')?.reasons, ['Red']);
  });
});
