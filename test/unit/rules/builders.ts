import type { Dag, DagNode, ParallelGroup } from '../../../src/model/dag';
import type { EvaluationReport } from '../../../src/model/evaluationReport';
import type { Blocker, Checkpoint, LoopState } from '../../../src/model/loopState';
import type { Marker } from '../../../src/model/marker';
import type { MessageBus } from '../../../src/model/messageBus';
import type { Metadata } from '../../../src/model/metadata';
import type { Phase, Plan, Task } from '../../../src/model/plan';
import type { RegistryEntry } from '../../../src/model/registry';
import type { RootSnapshot } from '../../../src/model/root';
import type { Track } from '../../../src/model/track';
import type { LoopFacts } from '../../../src/rules/evaluateLoop';
import { progressOf } from '../../../src/rules/progress';

/** Small values for the tests of rules: each with the fields that the test names, the rest harmless. */

export function loopOf(o: Partial<LoopState> = {}): LoopState {
  const step = o.step ?? 'PLAN';
  const stepStatus = o.stepStatus ?? 'NOT_STARTED';
  return {
    step,
    stepStatus,
    writtenStep: step,
    writtenStepStatus: stepStatus,
    understood: true,
    fixCycleCount: 0,
    maxFixCycles: 3,
    planRevisionCount: 0,
    checkpoints: {},
    source: 'metadata',
    ...o,
  };
}

export function checkpointOf(o: Partial<Checkpoint> = {}): Checkpoint {
  return { status: 'PASSED', failureReasons: [], fixesRemaining: [], outputFiles: [], raw: {}, ...o };
}

export function factsOf(o: Partial<LoopFacts> = {}): LoopFacts {
  return {
    trackId: 'login_20260101',
    superpowers: false,
    activeBlockers: [],
    businessSyncRequired: false,
    unmetBoardConditions: [],
    progress: { total: 4, done: 1, doing: 0, blocked: 0, skipped: 0 },
    ...o,
  };
}

export function blockerOf(o: Partial<Blocker> = {}): Blocker {
  return { id: 'blocker-1', description: 'Payment keys are missing', active: true, options: [], ...o };
}

export function taskOf(id: string, marker: Marker, o: Partial<Task> = {}): Task {
  return {
    id,
    number: id,
    text: `Task text ${id}`,
    line: 10,
    endLine: 10,
    marker,
    place: 'listBox',
    commits: [],
    notes: [],
    dependsOn: [],
    files: [],
    needsPerson: false,
    tasks: [],
    ...o,
  };
}

export function phaseOf(key: string, tasks: readonly Task[], o: Partial<Phase> = {}): Phase {
  return {
    key,
    name: `Phase ${key}`,
    heading: `Phase ${key}`,
    line: 1,
    endLine: 20,
    saysDone: false,
    tasks,
    ...o,
  };
}

/** A plan from markers, one task a character: `x` done, ` ` todo, `~` doing, `!` blocked, `-` skipped. */
export function planOf(...phases: readonly (string | Phase)[]): Plan {
  const markers: Readonly<Record<string, Marker>> = {
    x: 'done',
    ' ': 'todo',
    '~': 'doing',
    '!': 'blocked',
    '-': 'skipped',
    '?': 'unclear',
  };
  return {
    phases: phases.map((phase, p) =>
      typeof phase === 'string'
        ? phaseOf(
            `${p + 1}`,
            [...phase].map((c, t) => taskOf(`${p + 1}.${t + 1}`, markers[c]!, { line: 10 * (p + 1) + t })),
          )
        : phase,
    ),
    elsewhere: [],
    checkboxes: { total: 0, tasks: 0, elsewhere: 0 },
    reports: [],
    sections: [],
    problems: [],
  };
}

export function reportOf(o: Partial<EvaluationReport> = {}): EvaluationReport {
  return {
    kind: 'execution',
    title: 'Execution Evaluation Report',
    line: 1,
    endLine: 9,
    fields: {},
    checks: [],
    verdict: 'PASS',
    verdictLine: 8,
    failureReasons: [],
    contradictory: false,
    ...o,
  };
}

export function metadataOf(o: Partial<Metadata> = {}): Metadata {
  return {
    version: 3,
    superpowerEnhanced: false,
    dependsOn: [],
    blockers: [],
    boardConditions: [],
    boardSessions: [],
    conditionEvidence: [],
    gateReviews: [],
    discoveredWork: [],
    leadConsultations: [],
    raw: {},
    ...o,
  };
}

export function entryOf(o: Partial<RegistryEntry> = {}): RegistryEntry {
  return { links: [], form: 'table', line: 7, endLine: 7, archived: false, cells: {}, ...o };
}

export function busOf(o: Partial<MessageBus> = {}): MessageBus {
  return {
    folder: '/w/conductor/tracks/login/.message-bus',
    messages: [],
    messageCount: 0,
    locks: [],
    workers: [],
    events: [],
    waiting: [],
    problems: [],
    ...o,
  };
}

export function trackOf(o: Partial<Track> = {}): Track {
  return {
    id: 'login_20260101',
    key: 'tracks/login_20260101',
    name: 'Login',
    root: '/w/conductor',
    folder: '/w/conductor/tracks/login_20260101',
    archived: false,
    registered: true,
    dialect: 'evaluate-loop',
    group: 'active',
    documents: {
      plan: '/w/conductor/tracks/login_20260101/plan.md',
      metadata: '/w/conductor/tracks/login_20260101/metadata.json',
    },
    otherFiles: [],
    progress: progressOf(o.plan),
    reports: [],
    boardSessions: [],
    problems: [],
    ...(o.metadata?.loop ? { loop: o.metadata.loop } : {}),
    ...(o.metadata?.status === undefined ? {} : { status: o.metadata.status }),
    ...o,
  };
}

export function rootOf(tracks: readonly Track[], o: Partial<RootSnapshot> = {}): RootSnapshot {
  return {
    path: '/w/conductor',
    workspaceFolder: '/w',
    tracks,
    archive: { count: 0 },
    dialects: ['evaluate-loop'],
    problems: [],
    readAt: 0,
    ...o,
  };
}

export function nodeOf(id: string, dependsOn: readonly string[] = [], o: Partial<DagNode> = {}): DagNode {
  return { id, name: id, files: [], dependsOn, line: 5, ...o };
}

export function dagOf(nodes: readonly DagNode[], parallelGroups: readonly ParallelGroup[] = []): Dag {
  return { nodes, parallelGroups, line: 3, endLine: 30, problems: [] };
}
