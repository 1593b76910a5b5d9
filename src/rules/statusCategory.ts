/** What a status word means, whatever dialect wrote it (FORMATS, Appendix C). */
export type StatusCategory =
  'notStarted' | 'running' | 'paused' | 'blocked' | 'failed' | 'done' | 'cancelled' | 'archived' | 'unclear';

/** Words that decide wherever a status begins with them, longest first. */
const beginnings: readonly (readonly [StatusCategory, readonly string[]])[] = [
  ['archived', ['archived', 'archive']],
  [
    'cancelled',
    ['cancelled', 'canceled', 'superseded', 'abandoned', 'rejected', 'skipped', 'wont do', 'obsolete'],
  ],
  ['blocked', ['blocked', 'waiting', 'board review', 'on hold blocked']],
  ['paused', ['paused', 'on hold', 'deferred', 'suspended', 'parked']],
  ['failed', ['failed', 'failure', 'fail', 'escalate', 'escalated', 'error']],
  [
    'notStarted',
    [
      'new',
      'planned',
      'planning',
      'pending',
      'todo',
      'to do',
      'not started',
      'not begun',
      'ready',
      'draft',
      'backlog',
      'proposed',
      'queued',
      'open',
      'idea',
      'upcoming',
      'next',
    ],
  ],
  [
    'running',
    [
      'in progress',
      'inprogress',
      'executing',
      'running',
      'active',
      'started',
      'working',
      'wip',
      'doing',
      'fixing',
      'retrying',
      'implementing',
      'testing',
      'in testing',
      'in user testing',
      'in review',
      'review',
      'reviewing',
      'partial',
      'partially',
      'incomplete',
      'not complete',
      'not done',
      'almost',
      'nearly',
      'mostly',
      'ongoing',
      'landed pending',
      'implemented pending',
      'complete pending',
      'completed pending',
      'done pending',
    ],
  ],
  [
    'done',
    [
      'complete',
      'completed',
      'done',
      'passed',
      'pass',
      'finished',
      'closed',
      'shipped',
      'merged',
      'released',
      'implemented',
      'delivered',
      'landed',
      'success',
      'fixed',
      'first run complete',
    ],
  ],
];

const signs: readonly (readonly [RegExp, StatusCategory])[] = [
  [/^\[[xX✓✔]\]/, 'done'],
  [/^\[\s?\]/, 'notStarted'],
  [/^\[[~/]\]/, 'running'],
  [/^\[!\]/, 'blocked'],
  [/^\[-\]/, 'cancelled'],
];

const pictures: readonly (readonly [RegExp, StatusCategory])[] = [
  [/^[✅✔☑]/u, 'done'],
  [/^[🔄🚧⚙]/u, 'running'],
  [/^[⏸⬜🔵📋🆕]/u, 'notStarted'],
  [/^[⏳🛑⛔🚫]/u, 'blocked'],
  [/^[❌✗]/u, 'failed'],
];

/** A status is judged by how it begins; some hold a page. */
const longestBeginning = 300;

const byLength = beginnings
  .flatMap(([category, words]) => words.map((word) => ({ word, category })))
  .sort((a, b) => b.word.length - a.word.length);

/**
 * The category of a status as written: `in_progress`, `Complete (2026-04-11)`, `🔵 Ready`, `[x]`,
 * `implemented, E2E verified`, … Prose is judged by how it begins; what says nothing is `unclear`.
 */
export function statusCategory(word: string): StatusCategory {
  const text = word
    .slice(0, longestBeginning)
    .trim()
    .replace(/^[`*_"']+|[`*_"']+$/g, '')
    .trim();
  const sign = signs.find(([pattern]) => pattern.test(text));
  if (sign) return sign[1];
  const percent = /^[~≈]?\s*(\d{1,3})\s*%/.exec(text);
  if (percent) return percentCategory(Number(percent[1]));
  const plain = text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const found = byLength.find(({ word: start }) => plain === start || plain.startsWith(`${start} `));
  if (found) return found.category;
  return pictures.find(([pattern]) => pattern.test(text))?.[1] ?? 'unclear';
}

function percentCategory(percent: number): StatusCategory {
  if (percent >= 100) return 'done';
  return percent === 0 ? 'notStarted' : 'running';
}
