import type { Blocker } from '../model/loopState';
import type { Finding, NeedsYouAction, NeedsYouItem } from '../model/needsYou';
import type { Task } from '../model/plan';
import type { RootSnapshot } from '../model/root';
import type { Track } from '../model/track';
import { gateOfReport } from './gates/gateOfReport';
import { expiredLocks, staleWorkers, waitCycles } from './busRules';
import {
  driftFindings,
  finishedDrift,
  itemOf,
  rootProblems,
  staleFileLocks,
  unreadable,
  unregistered,
} from './needsYouProblems';
import { answerOptions, type AnswerId } from './escalationOptions';
import { isEscalation, type EscalationTrigger } from './loopFacts';
import { nextActionOf } from './nextAction';
import { tasksOf } from './progress';

type Kind = NeedsYouItem['kind'];

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
 * is still recorded in them, and the drift of the finished ones one quiet item in all; paused ones only what a person
 * must answer. Drift is one item a track.
 */
export function needsYou(root: RootSnapshot, now: Date): NeedsYouItem[] {
  const items = root.tracks.flatMap((track) => itemsOf(track, now));
  return [...items, ...unregistered(root), ...rootProblems(root), ...finishedDrift(root)].sort(byUrgency);
}

function itemsOf(track: Track, now: Date): NeedsYouItem[] {
  const found: Finding[] = [...escalations(track)];
  const asked = askedAbout(track);
  if (track.group === 'active' || track.group === 'ready') {
    found.push(
      ...gates(track),
      ...boards(track).filter(({ detail }) => !asked.has(detail)),
      ...tasks(track).filter(({ detail }) => !asked.has(detail)),
      ...busItems(track, now),
      ...staleFileLocks(track),
      ...driftFindings(track),
    );
  }
  if (track.group !== 'done' && track.group !== 'archived') found.push(...unreadable(track));
  return found.map((finding) => itemOf(track, finding));
}

/** What escalations ask about already (tasks, sessions), so that nothing waits for a person twice. */
function askedAbout(track: Track): ReadonlySet<string> {
  const subjects = (track.metadata?.blockers ?? []).flatMap((blocker) =>
    blocker.active && isEscalation(blocker) && blocker.subject !== undefined ? [blocker.subject] : [],
  );
  const wanted = new Set(subjects);
  const tasksAsked = tasksOf(track.plan).filter(
    ({ id, number }) => wanted.has(id) || (number !== undefined && wanted.has(number)),
  );
  return new Set([
    ...subjects,
    ...tasksAsked.flatMap(({ id, number }) => (number === undefined ? [id] : [id, number])),
  ]);
}

function byUrgency(a: NeedsYouItem, b: NeedsYouItem): number {
  if (a.quiet !== b.quiet) return a.quiet ? 1 : -1;
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

function escalations(track: Track): Finding[] {
  const finished = track.group === 'done' || track.group === 'archived';
  const stopped = track.loop?.stepStatus === 'BLOCKED' || track.loop?.stepStatus === 'ESCALATE';
  const active = track.metadata?.blockers.filter((blocker) => blocker.active) ?? [];
  const fromBlockers = active
    // A finished track is asked about only where its loop still waits, or one of our runs wrote the question.
    .filter((blocker) => !finished || (stopped ? blocker.trigger : blocker.answers && isEscalation(blocker)))
    .map((blocker) => blockerItem(track, blocker));
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
      what: titleOf(trigger),
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

/** Answers that say something of a step, which only tracks with a loop have. */
const answersOfLoop: ReadonlySet<AnswerId> = new Set(['set-step', 'allow-fix-cycle', 'passed', 'failed']);

const allowFix: NeedsYouAction = { kind: 'allowFixCycle', label: 'Allow One More Fix Cycle' };

const escalationTitle: Readonly<Record<EscalationTrigger, string>> = {
  'fix-cycle-limit': 'Fix cycle limit reached',
  'plan-revision-limit': 'Plan revision limit reached',
  'user-only-decision': 'A decision only you can make',
  'lead-escalated': 'A lead asks for your decision',
  blocker: 'A blocker stops the loop',
  'max-iterations': 'The loop ran 50 times',
  'agent-escalated': 'An agent asks you',
  'agent-unclear': 'Nobody knows how it ended',
  'agent-failed': 'An agent fails again and again',
  'agent-not-started': 'An agent did not start',
  'board-tie': 'The board could not decide',
  'evaluators-disagree': 'The evaluators disagree',
  'task-failed': 'A task failed again and again',
  'task-contradiction': 'Two sources disagree about a task',
  'task-blocked': 'A task waits for you',
  'group-timeout': 'A group of tasks takes too long',
  deadlock: 'Workers wait for each other',
  stuck: 'Nothing can go on',
  'run-broken': 'The run could not go on',
};

function titleOf(trigger: string | undefined): string {
  const known = trigger !== undefined && Object.hasOwn(escalationTitle, trigger);
  return known ? escalationTitle[trigger as EscalationTrigger] : 'Escalated';
}

function blockerItem(track: Track, blocker: Blocker): Finding {
  const waits = `${blocker.blockedStep ?? track.loop?.step ?? 'The track'} waits while this blocker is active (metadata.json, blockers).`;
  // Options that another tool wrote are only words; those with ids are buttons.
  const options = blocker.answers ? [] : blocker.options.map((option) => `• ${option}`);
  const common = {
    detail: blocker.id,
    why: [waits, ...(blocker.context ?? []), ...options].join('\n'),
    since: blocker.blockedAt,
    file: track.documents.metadata,
  };
  if (!isEscalation(blocker)) {
    return {
      ...common,
      kind: 'blocker',
      what: blocker.description,
      actions: [{ ...resolve, argument: blocker.id }, ...(track.loop ? [setStep] : []), open],
    };
  }
  const answers = answerOptions(blocker)
    .filter(({ id }) => track.loop !== undefined || !answersOfLoop.has(id))
    .map(({ id, label }): NeedsYouAction => ({ kind: 'answer', label, argument: blocker.id, answer: id }));
  return {
    ...common,
    kind: 'escalation',
    what: `${titleOf(blocker.trigger)}: ${blocker.description}`,
    question: blocker.description,
    actions: [...(answers.length > 0 ? answers : [{ ...resolve, argument: blocker.id }]), open],
  };
}

// --- gates, board ---

function gates(track: Track): Finding[] {
  const found: Finding[] = [];
  const last = track.reports.at(-1);
  if (last?.report.contradictory) {
    const gate = gateOfReport(track, last.report.kind);
    found.push({
      kind: 'gate',
      detail: `contradictory-${last.report.kind}`,
      what: `“${last.report.title}” says both PASS and FAIL`,
      why: 'A report that contradicts itself has no verdict; you decide which one holds.',
      file: last.file,
      line: last.report.verdictLine ?? last.report.line,
      ...(gate === undefined ? {} : { gate }),
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
      gate: `phase:${phase.key}`,
      actions: [{ kind: 'markTask', label: 'Mark as Done', argument: task.id }, open],
    });
  }
  return found;
}

function terminal(task: Task): boolean {
  return task.marker === 'done' || task.marker === 'skipped';
}

/** The newest session counts, and only while the loop still stands at the checkpoint that it was about. */
function boards(track: Track): Finding[] {
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
      ...(session.sessionId === '' ? {} : { session: session.sessionId }),
      actions: [{ kind: 'recordOutcome', label: 'Record Outcome…' }, open],
    },
  ];
}

// --- tasks and workers ---

function tasks(track: Track): Finding[] {
  const blocked = tasksOf(track.plan).filter((task) => task.marker === 'blocked');
  const found: Finding[] = blocked.map((task) => ({
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

function failedTasks(track: Track): Finding[] {
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

function busItems(track: Track, now: Date): Finding[] {
  const { bus } = track;
  if (!bus) return [];
  return [
    ...waitCycles(bus).map((cycle): Finding => ({
      kind: 'deadlock',
      detail: [...cycle.workers].sort().join('+'),
      what: `${cycle.workers.length} workers wait for each other`,
      why: cycle.why,
      file: bus.folder,
      actions: [open],
    })),
    ...staleWorkers(bus, now).map(({ worker, why }): Finding => ({
      kind: 'staleWorker',
      detail: worker.workerId,
      what: `${worker.workerId} is silent`,
      why,
      since: worker.lastHeartbeat ?? worker.startedAt,
      file: bus.folder,
      actions: [open],
    })),
    ...expiredLocks(bus, now).map(({ lock, why }): Finding => ({
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
