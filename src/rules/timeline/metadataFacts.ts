import type { Checkpoint, LoopState } from '../../model/loopState';
import { loopSteps, type LoopStep } from '../../model/loopState';
import type { GateReview } from '../../model/gate';
import type { TimelineState } from '../../model/timeline';
import type { Track } from '../../model/track';
import { known, line, recordOf, wordIn, type Draft, type Loose } from './draft';

/** What metadata.json of a track tells, newest steps first. */
export function metadataFacts(track: Track): Draft[] {
  const { metadata, documents } = track;
  if (!metadata) return [];
  const about = { source: 'metadata', ...known({ place: placeOf(documents.metadata) }) } as const;
  const { raw, loop } = metadata;
  const drafts: Draft[] = [];
  const add = (draft: Omit<Draft, 'source' | 'place'>): void => void drafts.push({ ...draft, ...about });

  if (metadata.completedAt !== undefined) {
    add({
      key: 'completed',
      kind: 'track',
      state: 'done',
      text: 'Track completed',
      written: metadata.completedAt,
    });
  }
  for (const review of [...metadata.gateReviews].reverse()) add(reviewFact(review));
  if (loop?.source === 'metadata') for (const fact of loopFacts(loop, raw)) add(fact);
  const written = recordsOf(raw['blockers']);
  const byId = new Map(written.map((item) => [wordIn(item, 'id'), item] as const).reverse());
  metadata.blockers.forEach((blocker, i) => {
    const record = byId.get(blocker.id) ?? written[i];
    const resolvedAt = wordIn(record, 'resolved_at', 'cleared_at');
    if (!blocker.active) {
      const how = wordIn(record, 'resolution', 'resolved_note', 'resolved_by');
      add({
        key: `blocker ${blocker.id} resolved`,
        kind: 'blocker',
        state: 'done',
        text: line(`Blocker resolved: ${blocker.description}`),
        ...known({ written: resolvedAt, detail: how }),
      });
    }
    add({
      key: `blocker ${blocker.id}`,
      kind: 'blocker',
      state: blocker.active ? 'bad' : 'idle',
      text: line(`Blocked${blocker.blockedStep ? ` at ${blocker.blockedStep}` : ''}: ${blocker.description}`),
      ...known({ written: blocker.blockedAt }),
    });
  });
  metadata.leadConsultations.forEach((consultation, i) => {
    const { lead = 'A lead', question, decision, decisionMade, escalatedTo, reasoning } = consultation;
    const answer =
      decisionMade === false || (decision === undefined && escalatedTo !== undefined)
        ? `passed on to ${escalatedTo ?? 'a person'}`
        : (decision ?? 'no decision is written');
    add({
      key: `lead ${i}`,
      kind: 'lead',
      state: decisionMade === false ? 'warn' : decision === undefined ? 'idle' : 'done',
      text: line(`${lead} was asked${question === undefined ? '' : `: ${question}`} → ${answer}`),
      by: lead,
      ...known({ written: consultation.timestamp, detail: reasoning && line(reasoning) }),
    });
  });
  const discovered = recordsOf(raw['discovered_work']);
  metadata.discoveredWork.forEach((work, i) => {
    const record = discovered[i];
    add({
      key: `discovered ${i}`,
      kind: 'discovered',
      state: 'idle',
      text: line(`Discovered work: ${work}`),
      ...known({
        written: wordIn(record, 'discovered_at', 'timestamp', 'created_at', 'date', 'at'),
        by: wordIn(record, 'discovered_by', 'source', 'by'),
      }),
    });
  });
  metadata.conditionEvidence.forEach(({ condition, met, added, by, at, note }, i) =>
    add({
      key: `condition ${i}`,
      kind: 'condition',
      state: added ? 'idle' : met ? 'done' : 'warn',
      text: line(`Condition of the board ${added ? 'added' : met ? 'met' : 'open again'}: ${condition}`),
      by,
      ...known({ written: at, detail: note && line(note) }),
    }),
  );
  if (metadata.createdAt !== undefined) {
    add({ key: 'created', kind: 'track', state: 'idle', text: 'Track created', written: metadata.createdAt });
  }
  const told = new Set(drafts.map(({ written }) => written));
  // Whatever was written last set this, too: worth a line only when nothing else has that time.
  if (metadata.updatedAt !== undefined && !told.has(metadata.updatedAt)) {
    drafts.unshift({
      key: 'updated',
      kind: 'track',
      state: 'idle',
      text: 'metadata.json changed',
      written: metadata.updatedAt,
      ...about,
    });
  }
  return drafts;
}

type Fact = Omit<Draft, 'source' | 'place'>;

const reviewed: Readonly<Record<string, readonly [words: string, state: TimelineState]>> = {
  APPROVE: ['Approved', 'done'],
  REQUEST_CHANGES: ['Changes requested at', 'warn'],
  REJECT: ['Rejected', 'bad'],
  WAIVE: ['Waived', 'warn'],
  UNWAIVE: ['Waiver taken back for', 'idle'],
  ENTER: ['Entered by hand', 'idle'],
};

function reviewFact(review: GateReview): Fact {
  const { gate, round, decision, criterion, value, passed, note, by, at } = review;
  const [words, state] = (Object.hasOwn(reviewed, decision) && reviewed[decision]) || [
    decision,
    'idle' as const,
  ];
  const what = criterion === undefined ? gate : `“${criterion}” at ${gate}`;
  const entered =
    value !== undefined ? `: ${value}` : passed !== undefined ? `: ${passed ? 'passed' : 'failed'}` : '';
  return {
    key: `review ${gate} ${round} ${decision} ${criterion ?? ''} ${at ?? ''}`,
    kind: 'review',
    state,
    text: line(`${words} ${what}${entered}, round ${round}`),
    by,
    ...known({ written: at, detail: note && line(note) }),
  };
}

const outcome: Readonly<
  Record<Checkpoint['status'], readonly [word: string, state: TimelineState] | undefined>
> = {
  NOT_STARTED: undefined,
  IN_PROGRESS: ['in progress', 'running'],
  PASSED: ['passed', 'done'],
  FAILED: ['failed', 'bad'],
  BLOCKED: ['blocked', 'bad'],
  SKIPPED: ['skipped', 'idle'],
  BOARD_REVIEW: ['waits for the board', 'running'],
  PARTIAL_FAIL: ['failed in part', 'bad'],
  ESCALATE: ['waits for a person', 'warn'],
};

function loopFacts(loop: LoopState, raw: Loose): Fact[] {
  const facts: Fact[] = historyFacts(raw);
  for (const step of [...loopSteps].reverse()) {
    const checkpoint = loop.checkpoints[step];
    if (checkpoint) facts.push(...checkpointFacts(step, checkpoint, loop));
  }
  const fix = loop.checkpoints.FIX;
  if (loop.fixCycleCount > 0 && (!fix || fix.status === 'NOT_STARTED')) {
    facts.push({
      key: 'fix cycles',
      kind: 'fix',
      state: 'idle',
      text: `${times(loop.fixCycleCount, 'fix cycle')} of ${loop.maxFixCycles} begun`,
    });
  }
  if (loop.planRevisionCount > 0) {
    facts.push({
      key: 'plan revisions',
      kind: 'step',
      state: 'idle',
      text: `The plan was revised ${loop.planRevisionCount === 1 ? 'once' : `${loop.planRevisionCount} times`}`,
    });
  }
  return facts;
}

function checkpointFacts(step: LoopStep, checkpoint: Checkpoint, loop: LoopState): Fact[] {
  const ending = outcome[checkpoint.status];
  const facts: Fact[] = [];
  const by = known({ by: checkpoint.agent });
  const kind = step === 'FIX' ? 'fix' : step.startsWith('EVALUATE') ? 'evaluation' : 'step';
  const cycle =
    step === 'FIX' && (checkpoint.cycle ?? loop.fixCycleCount) > 0
      ? ` (cycle ${checkpoint.cycle ?? loop.fixCycleCount} of ${loop.maxFixCycles})`
      : '';
  const named = `${step}${cycle}`;
  const isOver =
    checkpoint.completedAt !== undefined ||
    ['PASSED', 'FAILED', 'SKIPPED', 'PARTIAL_FAIL'].includes(checkpoint.status);
  const end = checkpoint.completedAt ?? checkpoint.lastUpdated;
  const begins = checkpoint.startedAt;
  // A step that has only begun is told by its beginning.
  const onlyBegun =
    checkpoint.status === 'IN_PROGRESS' && begins !== undefined && (end === undefined || end === begins);
  if (ending && !onlyBegun) {
    const verdict = checkpoint.verdict === undefined ? '' : `, verdict ${checkpoint.verdict}`;
    const version =
      step === 'PLAN' && checkpoint.planVersion !== undefined
        ? `, plan version ${checkpoint.planVersion}`
        : '';
    const count =
      checkpoint.tasksTotal === undefined
        ? ''
        : `, ${checkpoint.tasksCompleted ?? 0} of ${checkpoint.tasksTotal} tasks`;
    const failed = /^fail/i.test(checkpoint.verdict ?? '');
    facts.push({
      key: `step ${step} ${cycle} ${checkpoint.status}`,
      kind,
      state: failed ? 'bad' : ending[1],
      text: line(`${named} ${ending[0]}${verdict}${version}${count}`),
      ...by,
      ...known({
        written: end,
        detail:
          line([...checkpoint.failureReasons, checkpoint.notes ?? ''].filter((t) => t !== '').join('; ')) ||
          undefined,
        commit: checkpoint.lastCommit,
        same:
          step.startsWith('EVALUATE') && isOver
            ? `evaluation ${step} ${failed || ending[1] === 'bad' ? 'FAIL' : 'PASS'}`
            : undefined,
      }),
    });
  }
  for (const [i, { issue, fix, commit }] of (checkpoint.fixesApplied ?? []).entries()) {
    facts.push({
      key: `fixed ${i}`,
      kind: 'fix',
      state: 'done',
      text: line(`Fixed: ${[issue, fix].filter((t) => t !== undefined).join(' – ') || 'without a word'}`),
      ...by,
      ...known({ commit }),
    });
  }
  if (begins !== undefined && ending) {
    facts.push({
      key: `begun ${step} ${cycle}`,
      kind,
      state: checkpoint.status === 'IN_PROGRESS' ? 'running' : 'idle',
      text: line(`${named} started`),
      written: begins,
      ...by,
    });
  }
  return facts;
}

/** `step_history[]`, our own key: what was done to the loop by hand. */
function historyFacts(raw: Loose): Fact[] {
  const list = recordOf(raw['loop_state'])?.['step_history'];
  if (!Array.isArray(list)) return [];
  return (list as unknown[])
    .flatMap((item, i): Fact[] => {
      const record = recordOf(item);
      const [from, to] = [wordIn(record, 'from'), wordIn(record, 'to')];
      if (from === undefined && to === undefined) return [];
      return [
        {
          key: `history ${i}`,
          kind: 'step',
          state: 'idle',
          text: line(`Step set from ${from ?? '?'} to ${to ?? '?'}`),
          ...known({
            written: wordIn(record, 'at'),
            by: wordIn(record, 'by'),
            detail: wordIn(record, 'reason'),
          }),
        },
      ];
    })
    .reverse();
}

/** The items of a list as objects; undefined where one is none. */
function recordsOf(list: unknown): readonly (Loose | undefined)[] {
  return Array.isArray(list) ? (list as unknown[]).map(recordOf) : [];
}

function times(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function placeOf(file: string | undefined): Draft['place'] {
  return file === undefined ? undefined : { file };
}
