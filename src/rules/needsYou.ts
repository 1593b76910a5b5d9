import type { Blocker } from '../model/loopState';
import type { NeedsYouAction, NeedsYouItem } from '../model/needsYou';
import type { Task } from '../model/plan';
import type { RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import { expiredLocks, staleWorkers, waitCycles } from './busRules';
import { nextActionOf } from './nextAction';
import { tasksOf } from './progress';

type Kind = NeedsYouItem['kind'];
type Found = Omit<NeedsYouItem, 'id' | 'root' | 'trackKey' | 'trackName'> & { readonly detail: string };

/** Most urgent first: what stops a loop, then what stops a task, then what is merely wrong. */
const urgency: readonly Kind[] = [
  'escalation',
  'deadlock',
  'board',
  'gate',
  'blocker',
  'failedTask',
  'blockedTask',
  'staleWorker',
  'staleLock',
  'problem',
  'drift',
];

/**
 * Everything in a root that waits for a person (DESIGN §6, "Needs You"), most urgent first, then longest waiting.
 * Ids stay the same from one reading to the next. Finished and archived tracks give nothing but an escalation that
 * is still recorded in them; paused ones only what a person must answer. Drift is one item a track.
 */
export function needsYou(root: RootSnapshot, now: Date): NeedsYouItem[] {
  const items = root.tracks.flatMap((track) => itemsOf(track, now));
  return [...items, ...unregistered(root), ...rootProblems(root)].sort(byUrgency);
}

function itemsOf(track: Track, now: Date): NeedsYouItem[] {
  const found: Found[] = [...escalations(track)];
  if (track.group === 'active' || track.group === 'ready') {
    found.push(
      ...gates(track),
      ...boards(track),
      ...tasks(track),
      ...busItems(track, now),
      ...staleFileLocks(track),
      ...driftItem(track),
    );
  }
  if (track.group !== 'done' && track.group !== 'archived') found.push(...unreadable(track));
  return found.map(({ detail, ...item }) => ({
    ...item,
    id: `${track.root}|${track.key}|${item.kind}|${detail}`,
    root: track.root,
    trackKey: track.key,
    trackName: track.name,
  }));
}

function byUrgency(a: NeedsYouItem, b: NeedsYouItem): number {
  const rank = urgency.indexOf(a.kind) - urgency.indexOf(b.kind);
  if (rank !== 0) return rank;
  const since = (item: NeedsYouItem) => item.since ?? '\uffff';
  if (since(a) !== since(b)) return since(a) < since(b) ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

// --- the loop ---

const resolve: NeedsYouAction = { kind: 'unblockTrack', label: 'Mark as Resolved…' };
const setStep: NeedsYouAction = { kind: 'setStep', label: 'Set Step…' };
const open: NeedsYouAction = { kind: 'open', label: 'Open' };

function escalations(track: Track): Found[] {
  const finished = track.group === 'done' || track.group === 'archived';
  const stopped = track.loop?.stepStatus === 'BLOCKED' || track.loop?.stepStatus === 'ESCALATE';
  if (finished && !stopped) return [];
  const active = track.metadata?.blockers.filter((blocker) => blocker.active) ?? [];
  const fromBlockers = active
    .filter((blocker) => !finished || blocker.trigger !== undefined)
    .map((blocker) => blockerItem(track, blocker, stopped));
  if (fromBlockers.length > 0 || finished) return fromBlockers;

  const next = nextActionOf(track);
  if (next.kind === 'unblock' && track.loop) {
    return [
      {
        kind: 'blocker',
        detail: 'no-active-blocker',
        what: `${track.loop.step} is blocked, but nothing blocks it any more`,
        why: next.why,
        since: track.loop.stepStartedAt,
        file: track.documents.metadata,
        actions: [{ kind: 'stepLoop', label: 'Unblock' }, setStep],
      },
    ];
  }
  if (next.kind !== 'escalate' || !next.escalation) return [];
  const { trigger, context } = next.escalation;
  return [
    {
      kind: 'escalation',
      detail: `next-${trigger}`,
      what: escalationTitle[trigger] ?? 'The loop asks you',
      why: [next.why, ...context].join('\n'),
      since: track.loop?.stepStartedAt,
      file: track.documents.evaluationReport ?? track.documents.metadata,
      actions: [
        ...(trigger === 'fix-cycle-limit' ? [allowFix] : []),
        { kind: 'stepLoop', label: 'Write the Escalation Down' },
        setStep,
        open,
      ],
    },
  ];
}

const allowFix: NeedsYouAction = { kind: 'allowFixCycle', label: 'Allow One More Fix Cycle' };

const escalationTitle: Readonly<Record<string, string>> = {
  'fix-cycle-limit': 'Fix cycle limit reached',
  'plan-revision-limit': 'Plan revision limit reached',
  'user-only-decision': 'A decision only you can make',
  'lead-escalated': 'A lead asks for your decision',
  blocker: 'A blocker stops the loop',
  'max-iterations': 'The loop ran 50 times',
  'agent-escalated': 'An agent asks you',
};

function blockerItem(track: Track, blocker: Blocker, stopped: boolean): Found {
  const escalated = blocker.trigger !== undefined && blocker.trigger !== 'blocker';
  return {
    kind: escalated ? 'escalation' : 'blocker',
    detail: blocker.id,
    what: escalated
      ? `${escalationTitle[blocker.trigger ?? ''] ?? 'Escalated'}: ${blocker.description}`
      : blocker.description,
    why: [
      `${blocker.blockedStep ?? track.loop?.step ?? 'The track'} waits while this blocker is active (metadata.json, blockers).`,
      ...blocker.options.map((option) => `• ${option}`),
    ].join('\n'),
    since: blocker.blockedAt,
    file: track.documents.metadata,
    actions: [
      ...(blocker.trigger === 'fix-cycle-limit' && stopped ? [{ ...allowFix, argument: blocker.id }] : []),
      { ...resolve, argument: blocker.id },
      ...(track.loop ? [setStep] : []),
      open,
    ],
  };
}

// --- gates, board ---

function gates(track: Track): Found[] {
  const found: Found[] = [];
  const last = track.reports.at(-1);
  if (last?.report.contradictory) {
    found.push({
      kind: 'gate',
      detail: `contradictory-${last.report.kind}`,
      what: `“${last.report.title}” says both PASS and FAIL`,
      why: 'A report that contradicts itself has no verdict; you decide which one holds.',
      file: last.file,
      line: last.report.verdictLine ?? last.report.line,
      actions: [open, { kind: 'recordOutcome', label: 'Record Outcome…' }],
    });
  }
  for (const phase of track.plan?.phases ?? []) {
    const index = phase.tasks.findIndex((task) => task.needsPerson && !terminal(task));
    const task = phase.tasks[index];
    // It waits for a person only once everything before it in the phase is finished.
    if (!task || index === 0 || !phase.tasks.slice(0, index).every(terminal)) continue;
    found.push({
      kind: 'gate',
      detail: `verify-${task.id}`,
      what: `${phase.heading}: waits for your verification`,
      why: 'All tasks before it in the phase are finished, and this one only a person may tick.',
      file: track.documents.plan,
      line: task.line,
      actions: [{ kind: 'markTask', label: 'Mark as Done', argument: task.id }, open],
    });
  }
  return found;
}

function terminal(task: Task): boolean {
  return task.marker === 'done' || task.marker === 'skipped';
}

/** The newest session counts, and only while the loop still stands at the checkpoint that it was about. */
function boards(track: Track): Found[] {
  const session = track.bus?.board?.verdict ? track.bus.board : track.boardSessions.at(-1);
  if (!session?.verdict) return [];
  const verdict = session.verdict.trim().toUpperCase().replace(/\s+/g, '_');
  if (verdict !== 'REJECTED' && verdict !== 'ESCALATE') return [];
  const about = session.checkpoint;
  const isStep = about === 'EVALUATE_PLAN' || about === 'EVALUATE_EXECUTION';
  if (isStep && track.loop && track.loop.step !== about) return [];
  return [
    {
      kind: 'board',
      detail: session.sessionId,
      what: verdict === 'ESCALATE' ? 'The board could not decide' : 'The board rejected the proposal',
      why: [
        `Session ${session.sessionId}${about === undefined ? '' : ` at ${about}`} ended with ${session.verdict}.`,
        ...session.dissent.map((line) => `• ${line}`),
        ...session.conditions.map((line) => `• ${line}`),
      ].join('\n'),
      since: session.timestamp,
      file: session.source === 'bus' ? undefined : track.documents.metadata,
      actions: [{ kind: 'recordOutcome', label: 'Record Outcome…' }, open],
    },
  ];
}

// --- tasks and workers ---

function tasks(track: Track): Found[] {
  const blocked = tasksOf(track.plan).filter((task) => task.marker === 'blocked');
  const found: Found[] = blocked.map((task) => ({
    kind: 'blockedTask',
    detail: task.id,
    what: `Blocked: ${task.text}`,
    why: task.notes.length > 0 ? task.notes.join('\n') : 'plan.md marks the task [!] and gives no reason.',
    file: track.documents.plan,
    line: task.line,
    actions: [{ kind: 'markTask', label: 'Mark as To Do', argument: task.id }, open],
  }));
  return [...found, ...failedTasks(track)];
}

function failedTasks(track: Track): Found[] {
  const { bus } = track;
  if (!bus) return [];
  const finished = new Set(
    tasksOf(track.plan)
      .filter(terminal)
      .flatMap((task) => [task.id, task.number]),
  );
  const failed = new Map<string, { why: string; since?: string; line: number }>();
  for (const message of bus.messages) {
    const task = message.payload['task_id'];
    if (typeof task !== 'string') continue;
    if (message.type === 'TASK_FAILED') {
      const error = message.payload['error'];
      failed.set(task, {
        why: typeof error === 'string' ? error : 'The worker posted TASK_FAILED without saying why.',
        since: message.timestamp,
        line: message.line,
      });
    } else if (message.type === 'TASK_COMPLETE' || message.type === 'WORKER_DISPATCHED') {
      // Finished after all, or being tried again.
      failed.delete(task);
    }
  }
  return [...failed]
    .filter(([task]) => !finished.has(task))
    .map(([task, { why, since }]) => ({
      kind: 'failedTask',
      detail: task,
      what: `Task ${task} failed`,
      why,
      since,
      file: track.documents.plan,
      line: tasksOf(track.plan).find((t) => t.id === task || t.number === task)?.line,
      actions: [open],
    }));
}

function busItems(track: Track, now: Date): Found[] {
  const { bus } = track;
  if (!bus) return [];
  return [
    ...waitCycles(bus).map((cycle): Found => ({
      kind: 'deadlock',
      detail: [...cycle.workers].sort().join('+'),
      what: `${cycle.workers.length} workers wait for each other`,
      why: cycle.why,
      file: bus.folder,
      actions: [open],
    })),
    ...staleWorkers(bus, now).map(({ worker, why }): Found => ({
      kind: 'staleWorker',
      detail: worker.workerId,
      what: `${worker.workerId} is silent`,
      why,
      since: worker.lastHeartbeat ?? worker.startedAt,
      file: bus.folder,
      actions: [open],
    })),
    ...expiredLocks(bus, now).map(({ lock, why }): Found => ({
      kind: 'staleLock',
      detail: lock.path,
      what: `Expired lock on ${lock.path}`,
      why,
      since: lock.expiresAt ?? lock.acquiredAt,
      file: bus.folder,
      actions: [{ kind: 'releaseLock', label: 'Release Lock', argument: lock.path }, open],
    })),
  ];
}

// --- what is wrong ---

const driftCodes: ReadonlySet<string> = new Set([
  'status-disagrees',
  'registry-disagrees',
  'complete-with-open-tasks',
  'loop-disagrees',
  'progress-disagrees',
  'id-disagrees',
  'checkpoint-missing',
  'metadata-missing',
]);

function driftItem(track: Track): Found[] {
  const drift = track.problems.filter(
    (problem) => problem.severity !== 'info' && driftCodes.has(problem.code),
  );
  const first = drift[0];
  if (!first) return [];
  const repairs = new Map(drift.flatMap((problem) => (problem.repair ? [[problem.repair, problem]] : [])));
  return [
    {
      kind: 'drift',
      detail: 'drift',
      what: drift.length === 1 ? 'Files disagree' : `Files disagree in ${drift.length} places`,
      why: drift.map((problem) => problem.message).join('\n'),
      file: first.file,
      line: first.line,
      actions: [
        ...[...repairs.keys()].map((repair): NeedsYouAction => ({
          kind: 'repair',
          label: repairLabel[repair],
          argument: repair,
        })),
        open,
      ],
    },
  ];
}

const repairLabel = {
  registerTrack: 'Add to tracks.md',
  updateRegistryStatus: 'Update tracks.md',
  updateMetadataStatus: 'Update metadata.json',
  createMetadata: 'Create metadata.json',
  removeStaleLock: 'Remove Stale Lock',
} as const;

/** A registry that nobody keeps is one finding, not one a track. */
function unregistered(root: RootSnapshot): NeedsYouItem[] {
  const found = root.tracks.flatMap((track) => {
    const problem = track.problems.find(({ code }) => code === 'track-not-registered');
    return problem && (track.group === 'active' || track.group === 'ready') ? [{ track, problem }] : [];
  });
  const [first] = found;
  if (!first) return [];
  const only = found.length === 1 ? first.track : undefined;
  return [
    {
      id: `${root.path}||drift|not-registered`,
      kind: 'drift',
      root: root.path,
      ...(only ? { trackKey: only.key, trackName: only.name } : {}),
      what: only ? 'Not in tracks.md' : `${found.length} tracks are not in tracks.md`,
      why: only ? first.problem.message : found.map(({ track }) => track.id).join('\n'),
      file: root.registryFile ?? first.problem.file,
      actions: [
        ...(only
          ? [{ kind: 'repair' as const, label: repairLabel.registerTrack, argument: 'registerTrack' }]
          : []),
        open,
      ],
    },
  ];
}

function staleFileLocks(track: Track): Found[] {
  return track.problems
    .filter(({ repair }) => repair === 'removeStaleLock')
    .map((problem) => ({
      kind: 'staleLock',
      detail: problem.file,
      what: 'A lock was left behind',
      why: problem.message,
      file: problem.file,
      actions: [{ kind: 'repair', label: repairLabel.removeStaleLock, argument: 'removeStaleLock' }],
    }));
}

function unreadable(track: Track): Found[] {
  return track.problems
    .filter((problem) => problem.severity === 'error' && !driftCodes.has(problem.code))
    .map((problem) => problemItem(problem.code, problem));
}

function rootProblems(root: RootSnapshot): NeedsYouItem[] {
  return root.problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => {
      const { detail, ...item } = problemItem(problem.code, problem);
      return { ...item, id: `${root.path}||problem|${detail}`, root: root.path };
    });
}

function problemItem(
  code: string,
  problem: {
    readonly file: string;
    readonly line?: number;
    readonly message: string;
    readonly repair?: keyof typeof repairLabel;
  },
): Found {
  return {
    kind: 'problem',
    detail: `${code}-${problem.file}-${problem.line ?? 0}`,
    what: problem.message,
    why: `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`,
    file: problem.file,
    line: problem.line,
    actions: [
      ...(problem.repair
        ? [{ kind: 'repair' as const, label: repairLabel[problem.repair], argument: problem.repair }]
        : []),
      open,
    ],
  };
}
