import assert from 'node:assert/strict';
import { UsageError } from '../../../src/cli/failure';
import { runSettingsOf } from '../../../src/cli/runSettings';

function settingsOf(options: Readonly<Record<string, string>>, flags: readonly string[] = []) {
  return runSettingsOf({
    text: (option) => options[option],
    flag: (option) => flags.includes(option),
    environment: {},
  });
}

describe('settings of a run on the command line', () => {
  it('runs through with claude, five workers and the limits of the spec unless said', () => {
    const settings = settingsOf({});
    assert.equal(settings.provider.name, 'claude');
    assert.equal(settings.mode, 'through');
    assert.equal(settings.onUserQuestion, 'stop');
    assert.equal(settings.agentTimeLimitMs, 60 * 60_000);
    assert.deepEqual(settings.parallel, {
      maxWorkers: 5,
      retries: 2,
      groupTimeoutMs: 60 * 60_000,
      workerTimeoutMs: 30 * 60_000,
    });
  });

  it('gives workers the time limit too, and their group room for it', () => {
    const { agentTimeLimitMs, parallel } = settingsOf({ 'time-limit': '90', workers: '2' }, ['wait']);
    assert.equal(agentTimeLimitMs, 90 * 60_000);
    assert.deepEqual(
      [parallel.maxWorkers, parallel.workerTimeoutMs, parallel.groupTimeoutMs],
      [2, 90 * 60_000, 180 * 60_000],
    );
    assert.equal(settingsOf({ 'time-limit': '0.05' }).agentTimeLimitMs, 3000);
    assert.equal(settingsOf({}, ['wait']).onUserQuestion, 'wait');
  });

  it('refuses what is no mode and no number', () => {
    const wrong: readonly [Record<string, string>, RegExp][] = [
      [{ mode: 'all' }, /--mode is confirm-all, confirm-gates, through, not "all"/],
      [{ workers: '0' }, /above 0/],
      [{ workers: '2.5' }, /whole number/],
      [{ workers: '1e3' }, /at most 64/],
      [{ 'time-limit': '-1' }, /above 0/],
      [{ 'time-limit': 'soon' }, /"soon"/],
      [{ agent: '{"executable":"x","args":[]}' }, /\{prompt\}/],
    ];
    for (const [options, said] of wrong) {
      assert.throws(
        () => settingsOf(options),
        (error) => error instanceof UsageError && said.test(error.message),
      );
    }
  });
});
