import assert from 'node:assert/strict';
import { agentChoice } from '../../../src/cli/agentChoice';
import { NegativeAnswer } from '../../../src/cli/failure';
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

  it('placeholders are filled once; two braces stand for one, and other braces are text', () => {
    const provider = {
      name: 'own',
      executable: 'run-{track}',
      args: ['--dir={trackDir}', '{prompt}', '{"json":{}}', '{{prompt}} {{toString}}', 'a{3}{ b }'],
    };
    assert.equal(agentProviderSchema.safeParse(provider).success, true);
    const command = commandOf(provider, values);
    assert.equal(command.executable, 'run-{track}', 'the program is never made up from a track');
    assert.deepEqual(command.args, [
      '--dir=conductor/tracks/login',
      values.prompt,
      '{"json":{}}',
      '{prompt} {toString}',
      'a{3}{ b }',
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

  it('a placeholder that does not exist is refused, with the agent and those that there are', () => {
    const read = agentProviderSchema.safeParse({
      name: 'mine',
      executable: 'x',
      args: ['{prompt}', '--dir={trackdir}', '{toString}', '{trackdir}'],
    });
    assert.deepEqual(
      read.error?.issues.map(({ message }) => message),
      [
        'The arguments of the agent "mine" hold {trackdir}, {toString}, which are no placeholders. There are {prompt}, {track}, {trackDir}, {root}, {step}, {agent}. For the words in braces write two: {{trackdir}}, {{toString}}.',
      ],
    );
  });

  it('on the command line it is a refusal with the same words', () => {
    const mistyped = '{"executable": "x", "args": ["{prompt}", "{promt}"]}';
    for (const [option, environment, source] of [
      [mistyped, {}, '--agent'],
      [undefined, { CONDUCTOR_AGENT: mistyped }, 'CONDUCTOR_AGENT'],
    ] as const) {
      assert.throws(
        () => agentChoice(option, environment),
        (error) => {
          assert.ok(error instanceof NegativeAnswer);
          assert.equal(error.code, 'agent-placeholder');
          assert.equal(
            error.message,
            `${source}: The arguments of the agent "custom" hold {promt}, which is no placeholder. There are {prompt}, {track}, {trackDir}, {root}, {step}, {agent}. For the word in braces write two: {{promt}}.`,
          );
          return true;
        },
      );
    }
  });

  it('a doubled {{prompt}} is no {prompt}', () => {
    assert.equal(
      agentProviderSchema.safeParse({ name: 'x', executable: 'x', args: ['{{prompt}}'] }).success,
      false,
    );
  });
});
