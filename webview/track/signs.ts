import type { TimelineKind } from '../../src/model/timeline';
import type { SignName, Status, TimelineItem } from '../../src/shared/trackModel';
import type { IconName } from '../ui/icons';
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

const eventIcons: Readonly<Record<TimelineKind, IconName>> = {
  track: 'milestone',
  step: 'debug-continue',
  evaluation: 'checklist',
  fix: 'tools',
  blocker: 'circle-slash',
  discovered: 'lightbulb',
  lead: 'person',
  review: 'law',
  board: 'organization',
  vote: 'thumbsup',
  remark: 'comment',
  condition: 'note',
  claim: 'play-circle',
  progress: 'pulse',
  task: 'pass',
  failure: 'error',
  wait: 'watch',
  lock: 'lock',
  phase: 'milestone',
  commit: 'git-commit',
  message: 'comment-discussion',
};

/** Shape by what happened, colour by how it went; the text says both. */
export function eventSign({ kind, state }: Pick<TimelineItem, 'kind' | 'state'>): Sign {
  return { icon: eventIcons[kind], tone: state, word: kind };
}
