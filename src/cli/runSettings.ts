import { runModes, type RunMode } from '../engine/run/runEntry';
import type { RunSettings } from '../engine/run/runContext';
import { defaultParallelSettings } from '../rules/parallel';
import { agentChoice } from './agentChoice';
import type { Call, CommandOption } from './command';
import { UsageError } from './failure';

/** Options of every command that starts agents of a run. */
export const agentOptions: Readonly<Record<string, CommandOption>> = {
  agent: {
    type: 'string',
    value: 'agent',
    help: 'Who does the work (default: CONDUCTOR_AGENT, else claude)',
  },
  'time-limit': {
    type: 'string',
    value: 'minutes',
    help: 'How long one agent may work (default: 60; workers: 30)',
  },
  'take-over': {
    type: 'boolean',
    help: 'Take the track over from a silent loop on another computer that is gone',
  },
};

export const runOptions: Readonly<Record<string, CommandOption>> = {
  mode: {
    type: 'string',
    value: 'mode',
    help: 'through (default), confirm-gates or confirm-all: what you are asked about',
  },
  workers: { type: 'string', value: 'n', help: 'How many workers at once (default: 5)' },
  wait: {
    type: 'boolean',
    help: 'Agents wait for answers that only you may give (conductor answer); else the run ends',
  },
  ...agentOptions,
};

/** An agent that is no worker. */
const defaultMinutes = 60;

/** @throws UsageError */
export function runSettingsOf(call: Pick<Call, 'text' | 'flag' | 'environment'>): RunSettings {
  const minutes = numberOf(call, 'time-limit', 24 * 60);
  const parallel = {
    ...defaultParallelSettings,
    maxWorkers: wholeNumberOf(call, 'workers', 64) ?? defaultParallelSettings.maxWorkers,
  };
  return {
    provider: agentChoice(call.text('agent'), call.environment),
    mode: modeOf(call.text('mode')),
    parallel:
      minutes === undefined
        ? parallel
        : {
            ...parallel,
            workerTimeoutMs: minutes * 60_000,
            // A group must be given the time that its workers have.
            groupTimeoutMs: Math.max(parallel.groupTimeoutMs, 2 * minutes * 60_000),
          },
    agentTimeLimitMs: (minutes ?? defaultMinutes) * 60_000,
    onUserQuestion: call.flag('wait') ? 'wait' : 'stop',
  };
}

function modeOf(written: string | undefined): RunMode {
  if (written === undefined) return 'through';
  const known = runModes.find((mode) => mode === written);
  if (known) return known;
  throw new UsageError(`--mode is ${runModes.join(', ')}, not "${written}".`);
}

function wholeNumberOf(call: Pick<Call, 'text'>, option: string, most: number): number | undefined {
  const value = numberOf(call, option, most);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new UsageError(`--${option} is a whole number, not "${call.text(option)}".`);
}

function numberOf(call: Pick<Call, 'text'>, option: string, most: number): number | undefined {
  const written = call.text(option);
  if (written === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(written.trim()) ? Number(written) : NaN;
  if (value > 0 && value <= most) return value;
  throw new UsageError(`--${option} is a number above 0, at most ${most}, not "${written}".`);
}
