import type { RunEvent } from '../engine/run/runEvent';
import { words } from './human';
import type { Output } from './output';
import { clip, printable } from './text';

/** Longest text of an event that a line shows, in columns. */
const widest = 160;

/** What happens in a run, for a person: a line an event, with the time since its beginning. */
export class RunLines {
  private began: number | undefined;
  /** When each agent was started, epoch ms. */
  private readonly started = new Map<string, number>();

  constructor(private readonly output: Pick<Output, 'style'>) {}

  /** The lines of an event; none for what says nothing new to a person. */
  of(event: RunEvent): string[] {
    const now = Date.parse(event.at);
    this.began ??= now;
    const [first, ...more] = this.text(event, now);
    if (first === undefined) return [];
    const time = elapsed(now - this.began).padStart(7);
    return [`${this.output.style('dim', time)}  ${first}`, ...more.map((line) => `${' '.repeat(9)}${line}`)];
  }

  private text(event: RunEvent, now: number): string[] {
    const { output } = this;
    const say = (text: string): string => clip(printable(text), widest);
    switch (event.event) {
      case 'run-started':
        return [
          `${output.style('bold', say(event.track))}  ${event.resumed ? 'goes on' : 'begins'} at ${event.step} · ${words(event.stepStatus)} (${event.mode})`,
        ];
      case 'next':
        return [`${output.style('cyan', event.step ?? event.kind)}  ${say(event.why)}`];
      case 'agent-started':
        this.started.set(event.id, now);
        return [
          `${say(event.agent)}${event.task === undefined ? '' : ` for ${say(event.task)}`} ${event.adopted ? 'is still at work' : 'works'}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''} (process ${event.pid})`,
        ];
      case 'agent-ended': {
        const took = this.started.get(event.id);
        const good = event.outcome === 'passed' || event.outcome === 'skipped';
        const [what, how] = endOf(event);
        // Nobody knows when one ended that nobody watched.
        const after = took === undefined || event.how === 'lost' ? '' : ` after ${elapsed(now - took)}`;
        const decide = event.outcome === 'person' ? ': you decide' : '';
        const why = !good && event.why !== undefined ? `: ${say(event.why)}` : '';
        return [
          `${say(event.task === undefined ? event.id : `${event.task}: ${event.id}`)} ${output.style(good ? 'green' : 'red', what)}${how}${after}${decide}${why}`,
        ];
      }
      case 'recorded':
        return [
          `${event.from === event.step ? '' : `${event.from} → `}${event.step} · ${words(event.stepStatus)}`,
        ];
      case 'execution':
        return [say(event.why)];
      case 'task':
        if (event.state === 'started') return [];
        return [
          `Task ${say(event.task)} ${output.style(taskStyle[event.state], event.state)}: ${say(event.why)}`,
        ];
      case 'group-finished':
        return [`Group ${say(event.group)} ${event.outcome}: ${say(event.why)}`];
      case 'board': {
        const round = event.round === undefined ? '' : `, round ${event.round}`;
        const verdict =
          event.verdict === undefined
            ? ''
            : `: ${output.style('bold', say(event.verdict.replaceAll('_', ' ')))}`;
        return [
          `Board at ${say(event.checkpoint)}: ${event.phase}${round}${verdict}${event.why === undefined ? '' : ` (${say(event.why)})`}`,
        ];
      }
      case 'question':
        return [
          `Question ${say(event.id)}: ${say(event.question)}`,
          event.answer === undefined
            ? output.style('yellow', `${event.authority}: ${say(event.why)}`)
            : `${event.authority}: ${say(event.answer)}`,
        ];
      case 'knowledge':
        if (event.tokens === 0) return [];
        return [
          `Known already: ${event.patterns} patterns, ${event.errors} errors (${event.tokens} tokens${event.by === 'agent' ? ', chosen by the knowledge manager' : ''})`,
        ];
      case 'retrospective':
        return [`Retrospective: ${say(event.why)}`];
      case 'escalated':
        return [
          output.style('red', `A person must decide: ${say(event.description)}`),
          ...event.options.map((option) => `- ${say(option)}`),
        ];
      case 'suspended':
        return [`The computer slept for ${elapsed(event.ms)}; that counts against nobody`];
      case 'warning':
        return [output.style('yellow', `Note: ${say(event.message)}`)];
      case 'run-ended':
        return [`${output.style(endStyle[event.outcome], endWords[event.outcome])}: ${printable(event.why)}`];
    }
  }
}

type AgentEnded = Extract<RunEvent, { event: 'agent-ended' }>;

const howEnded = {
  exited: 'ended',
  stopped: 'stopped',
  timeLimit: 'stopped at its time limit',
  outputLimit: 'stopped at the limit of what it may print',
  notStarted: 'not started',
  lost: 'ended while nobody watched',
} as const satisfies Record<AgentEnded['how'], string>;

/** What became of it, and what is to be said of how it ended. */
function endOf({ how, outcome }: AgentEnded): readonly [what: string, how: string] {
  const ended = howEnded[how];
  // A person decides the outcome; one that never began has none, and a stopped one was stopped.
  if (outcome === 'person' || how === 'notStarted' || ended === outcome) return [ended, ''];
  return [outcome, how === 'exited' ? '' : `, ${ended}`];
}

const taskStyle = {
  started: 'cyan',
  retried: 'yellow',
  complete: 'green',
  failed: 'red',
  stopped: 'yellow',
} as const;
const endStyle = { complete: 'green', person: 'yellow', failed: 'red', stopped: 'yellow' } as const;
const endWords = {
  complete: 'Complete',
  person: 'A person is needed',
  failed: 'Failed',
  stopped: 'Stopped',
} as const;

/** `4 s`, `3:07`, `1:02:09`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
