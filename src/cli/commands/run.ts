import type { RunEvent } from '../../engine/run/runEvent';
import { runLoop, type RunResult } from '../../engine/run/runLoop';
import type { RunPorts } from '../../engine/run/runPorts';
import type { Track } from '../../model/track';
import { TrackGoneError } from '../../store/trackSource';
import { askedOf } from '../asked';
import type { Call, Command } from '../command';
import { exitCode, type ExitCode } from '../exitCode';
import { NegativeAnswer } from '../failure';
import { readTrack } from '../readFolder';
import { RunLines } from '../runLines';
import { runPlaceOf, runPortsFor } from '../runPorts';
import { runOptions, runSettingsOf } from '../runSettings';
import { printable, typed } from '../text';

export const runCommand: Command = {
  name: 'run',
  takes: '<track> [--mode mode] [--workers n]',
  summary: 'Run the evaluate-loop until the track is complete or a person is needed',
  details: [
    'Starts the agent of each step, reads what it wrote, records it and goes on: plan, evaluation, execution',
    '(in parallel where the plan allows it), fixes, board meetings, business sync, retrospective.',
    'Exit code 0 complete, 3 a person is needed (metadata.json says what for; conductor answer answers),',
    '1 failed or refused, 130 ended by Ctrl+C. Broken off at any point, the next run goes on from there.',
    'With --json each event is one line of JSON, as it happens.',
    'Run modes: through asks nothing; confirm-gates asks at each gate that passed; confirm-all before each agent',
    'too. Where nobody can be asked, the run ends with 3.',
  ],
  arguments: { least: 1, most: 1 },
  options: runOptions,
  streams: true,
  async run(call) {
    const settings = runSettingsOf(call);
    const found = await readTrack(call, call.arguments[0] ?? '');
    const place = runPlaceOf(found);
    const ports = runPortsFor(call, place);
    const result = await runLoop({
      ports,
      place,
      settings,
      face: 'command line',
      takeOver: call.flag('take-over'),
      signal: call.signal,
      emit: eventPrinter(call),
    });
    await sayHowToAnswer(result, ports.tracks, call);
    return exitCodeOf(result, call);
  },
};

/** Prints events as they come: JSON a line, or words for a person. */
export function eventPrinter(call: Pick<Call, 'json' | 'output'>): (event: RunEvent) => void {
  const { output } = call;
  if (call.json) return (event) => output.event(event);
  const lines = new RunLines(output);
  return (event) => output.lines(lines.of(event));
}

/** What to type where a run ended because something is asked. A gate that waits asks nothing that could be answered so. */
export async function sayHowToAnswer(
  result: RunResult,
  tracks: RunPorts['tracks'],
  call: Pick<Call, 'arguments' | 'json' | 'output' | 'text'>,
): Promise<void> {
  if (call.json || 'refused' in result || result.outcome !== 'person') return;
  let track: Track;
  try {
    track = await tracks.read();
  } catch (error) {
    // Moved away meanwhile: how the run ended stays true.
    if (error instanceof TrackGoneError) return;
    throw error;
  }
  const { blockers, questions } = await askedOf(track);
  if (blockers.length + questions.length === 0) return;
  const [word = ''] = call.arguments;
  const folder = call.text('dir');
  call.output.lines([
    `See: ${printable(typed('conductor', 'answer', word, ...(folder === undefined ? [] : ['--dir', folder])))}`,
  ]);
}

/** @throws NegativeAnswer for a run that was refused. */
export function exitCodeOf(result: RunResult, call: Pick<Call, 'signal'>): ExitCode {
  if ('refused' in result) throw new NegativeAnswer(result.refused.code, result.refused.message);
  switch (result.outcome) {
    case 'complete':
      return exitCode.fine;
    case 'person':
      return exitCode.person;
    case 'failed':
      return exitCode.negative;
    case 'stopped':
      return call.signal.aborted ? exitCode.interrupted : exitCode.negative;
  }
}
