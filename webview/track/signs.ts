import type { SignName, Status, TimelineItem } from '../../src/shared/trackModel';
import { signs, taskSigns, type Sign } from '../ui/state';

const names: Readonly<Record<SignName, Sign>> = {
  ...taskSigns,
  passed: signs.passed,
  inProgress: signs.inProgress,
  review: signs.review,
  concerns: signs.concerns,
  open: signs.open,
  notStarted: signs.notStarted,
  unclear: { icon: 'question', tone: 'warn', word: 'Unclear' },
  info: { icon: 'info', tone: 'idle', word: 'Info' },
};

/** Shape and colour role of a state; its word comes with the model. */
export function signOf({ sign }: Pick<Status, 'sign'>): Sign {
  return names[sign];
}

const events: Readonly<Partial<Record<TimelineItem['sign'], Sign>>> = {
  progress: { icon: 'pulse', tone: 'running', word: 'Progress' },
  commit: { icon: 'git-commit', tone: 'done', word: 'Commit' },
  board: { icon: 'organization', tone: 'idle', word: 'Board' },
  person: { icon: 'person', tone: 'idle', word: 'Person' },
  file: { icon: 'file', tone: 'idle', word: 'File' },
};

export function eventSign(sign: TimelineItem['sign']): Sign {
  return events[sign] ?? names[sign as SignName];
}
