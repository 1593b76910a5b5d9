import { conveneBoard } from '../../engine/run/conveneBoard';
import type { Command } from '../command';
import { UsageError } from '../failure';
import { readTrack } from '../readFolder';
import { runPlaceOf, runPortsFor } from '../runPorts';
import { agentOptions, runSettingsOf } from '../runSettings';
import { eventPrinter, exitCodeOf, sayHowToAnswer } from './run';

const checkpoints = ['EVALUATE_PLAN', 'EVALUATE_EXECUTION', 'PRE_LAUNCH', 'CONFLICT'] as const;

export const board: Command = {
  name: 'board',
  takes: '<track> [--quick] [--checkpoint name]',
  summary: 'Convene the board of directors on a track',
  details: [
    'The five directors assess, discuss in up to three rounds and vote; --quick asks for their assessments only.',
    'The verdict, its conditions and the session are kept in the track. What the board rejects fails the evaluation',
    'that it speaks of. Exit code 0 resolved, 3 a tie or missing votes: a person decides.',
    `--checkpoint: ${checkpoints.join(', ')}.`,
  ],
  arguments: { least: 1, most: 1 },
  options: {
    quick: { type: 'boolean', help: 'Quick review: assessments only' },
    checkpoint: { type: 'string', value: 'name', help: 'What it is about (default: the last evaluation)' },
    proposal: { type: 'string', value: 'text', help: 'What is put to the board (default: from the plan)' },
    ...agentOptions,
  },
  streams: true,
  async run(call) {
    const settings = runSettingsOf(call);
    const written = call.text('checkpoint');
    const named = checkpoints.find((name) => name === written);
    if (written !== undefined && !named) {
      throw new UsageError(`--checkpoint is ${checkpoints.join(', ')}, not "${written}".`);
    }
    const found = await readTrack(call, call.arguments[0] ?? '');
    const executed = found.track.loop?.checkpoints.EVALUATE_EXECUTION !== undefined;
    const place = runPlaceOf(found);
    const proposal = call.text('proposal');
    const ports = runPortsFor(call, place);
    const result = await conveneBoard({
      ports,
      place,
      settings,
      face: 'command line',
      takeOver: call.flag('take-over'),
      signal: call.signal,
      emit: eventPrinter(call),
      checkpoint: named ?? (executed ? 'EVALUATE_EXECUTION' : 'EVALUATE_PLAN'),
      quick: call.flag('quick'),
      ...(proposal === undefined ? {} : { proposal }),
    });
    await sayHowToAnswer(result, ports.tracks, call);
    return exitCodeOf(result, call);
  },
};
