import { Icon } from './icon';
import type { IconName } from './icons';

/** How something stands, as colour role; the shape and the word beside it say the same. */
export type Tone = 'done' | 'running' | 'warn' | 'bad' | 'idle' | 'ready';

export interface Sign {
  readonly icon: IconName;
  readonly tone: Tone;
  readonly word: string;
}

/** Shape and word of each state of tasks (DESIGN §6: never by colour alone). */
export const taskSigns = {
  done: { icon: 'pass', tone: 'done', word: 'Done' },
  running: { icon: 'sync', tone: 'running', word: 'Running' },
  ready: { icon: 'play-circle', tone: 'ready', word: 'Ready' },
  blocked: { icon: 'circle-slash', tone: 'bad', word: 'Blocked' },
  waiting: { icon: 'circle-large', tone: 'idle', word: 'Waiting' },
  failed: { icon: 'error', tone: 'bad', word: 'Failed' },
  skipped: { icon: 'debug-step-over', tone: 'idle', word: 'Skipped' },
} as const satisfies Record<string, Sign>;

/** The same for steps, gates, criteria, votes and conditions. */
export const signs = {
  passed: { icon: 'pass', tone: 'done', word: 'Passed' },
  inProgress: { icon: 'sync', tone: 'running', word: 'In progress' },
  review: { icon: 'eye', tone: 'warn', word: 'Review' },
  concerns: { icon: 'warning', tone: 'warn', word: 'Concerns' },
  failed: { icon: 'error', tone: 'bad', word: 'Failed' },
  blocked: { icon: 'circle-slash', tone: 'bad', word: 'Blocked' },
  waived: { icon: 'skip', tone: 'idle', word: 'Waived' },
  skipped: { icon: 'debug-step-over', tone: 'idle', word: 'Skipped' },
  open: { icon: 'circle-large', tone: 'idle', word: 'Open' },
  notStarted: { icon: 'circle-large', tone: 'idle', word: 'Not started' },
} as const satisfies Record<string, Sign>;

/** Icon and word. `word` takes the place of the sign's own where the text says it otherwise. */
export function State({ sign, word, class: more }: { sign: Sign; word?: string; class?: string }) {
  return (
    <span class={`state is-${sign.tone} ${more ?? ''}`}>
      <Icon name={sign.icon} spin={sign.icon === 'sync'} />
      {word ?? sign.word}
    </span>
  );
}

/** The same in a frame, beside a title. */
export function Tag({ sign, word }: { sign: Sign; word?: string }) {
  return (
    <span class={`tag is-${sign.tone}`}>
      <Icon name={sign.icon} spin={sign.icon === 'sync'} />
      {word ?? sign.word}
    </span>
  );
}
