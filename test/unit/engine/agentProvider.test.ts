import assert from 'node:assert/strict';
import { agentProviderSchema, claudeProvider, commandOf } from '../../../src/engine/agentProvider';

const values = {
  prompt: "/loop-planner login {track} $(rm -rf /) 'x'",
  track: 'login',
  trackDir: 'conductor/tracks/login',
  root: '/w',
  step: 'PLAN',
  agent: 'loop-planner',
};

describe('agentProvider', () => {
  it('claude gets the prompt as one argument, whatever it holds', () => {
    assert.deepEqual(commandOf(claudeProvider, values), {
      executable: 'claude',
      args: ['--print', values.prompt],
      cwd: '/w',
      name: 'loop-planner: login',
    });
  });

  it('placeholders are filled once and unknown ones stay', () => {
    const provider = {
      name: 'own',
      executable: 'run-{track}',
      args: ['--dir={trackDir}', '{prompt}', '{"json":{x}}', '{toString}'],
    };
    const command = commandOf(provider, values);
    assert.equal(command.executable, 'run-{track}', 'the program is never made up from a track');
    assert.deepEqual(command.args, [
      '--dir=conductor/tracks/login',
      values.prompt,
      '{"json":{x}}',
      '{toString}',
    ]);
  });

  it('a provider without {prompt} is no provider', () => {
    assert.equal(agentProviderSchema.safeParse(claudeProvider).success, true);
    assert.equal(
      agentProviderSchema.safeParse({ name: 'x', executable: 'x', args: ['--help'] }).success,
      false,
    );
    assert.equal(
      agentProviderSchema.safeParse({ name: 'x', executable: '', args: ['{prompt}'] }).success,
      false,
    );
  });
});
