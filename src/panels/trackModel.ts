import type { NeedsYouItem } from '../model/needsYou';
import type { Dialect, Track } from '../model/track';
import { trackCategory } from '../rules/nextAction';
import type { Fact, SpecPicture, Status, TimelinePicture, TrackModel } from '../shared/trackModel';
import { checkpointRows } from './track/checkpoints';
import { limitsOf, loopPicture } from './track/loop';
import { moreCommands, nextStep } from './track/next';
import { noticesOf } from './track/notices';
import { fileName } from './track/paths';
import { planPicture, progressPicture } from './track/plan';
import { runPicture, type SeenRun } from './track/running';
import type { TimeWords } from './track/times';
import { blockers, conditions, consultations, discovered, needsYouEntries } from './track/waiting';
import { counted, presentStep, short, statusOf } from './track/words';

/** What the panel shows beyond the track itself; read by the host. */
export interface TrackSurroundings {
  /** When the root was read last, epoch ms. */
  readonly readAt: number;
  readonly words: TimeWords;
  /** Items of Needs You that are about this track. */
  readonly needsYou: readonly NeedsYouItem[];
  /** What runs on this track. */
  readonly run?: SeenRun;
  readonly spec: SpecPicture;
  readonly timeline: TimelinePicture;
  readonly registryFile?: string;
  /** Set when watching is degraded. */
  readonly watchProblem?: string;
}

/** What the Track panel shows of a track (DESIGN §6). Pure; linear in the track. */
export function trackModelOf(track: Track, around: TrackSurroundings): TrackModel {
  const { words } = around;
  const { notices, more } = noticesOf(track, around.registryFile);
  const noLoop = noLoopSentence(track);
  return {
    name: short(track.name === '' ? track.id : track.name, 600),
    trackId: track.id,
    dialect: track.dialect,
    state: stateOf(track),
    facts: factsOf(track),
    ...(track.changedAt === undefined ? {} : { changedAt: track.changedAt }),
    readAt: around.readAt,
    next: nextStep(track),
    commands: moreCommands(track),
    ...(track.loop ? { loop: loopPicture(track.loop) } : {}),
    ...(noLoop === undefined ? {} : { noLoop }),
    limits: limitsOf(track),
    progress: progressPicture(track),
    notices,
    moreNotices: more,
    plan: planPicture(track),
    spec: around.spec,
    checkpoints: checkpointRows(track, words),
    timeline: around.timeline,
    needsYou: needsYouEntries(around.needsYou),
    ...(around.run ? { run: runPicture(around.run) } : {}),
    blockers: blockers(track, words),
    conditions: conditions(track),
    discovered: discovered(track),
    consultations: consultations(track, words),
    sources: sourcesOf(track, around),
    freshness:
      around.watchProblem === undefined ? 'Follows changes on disk' : short(around.watchProblem, 300),
  };
}

const groupStatus: Readonly<Record<Track['group'], Status>> = {
  active: { sign: 'inProgress', word: 'In progress' },
  ready: { sign: 'ready', word: 'Ready' },
  paused: { sign: 'skipped', word: 'Paused' },
  done: { sign: 'passed', word: 'Done' },
  archived: { sign: 'skipped', word: 'Archived' },
};

/** The tag beside the name: the group, or what is more than that. */
function stateOf(track: Track): Status {
  const category = trackCategory(track);
  if (track.group === 'active') {
    if (
      track.loop?.stepStatus === 'BLOCKED' ||
      track.loop?.stepStatus === 'ESCALATE' ||
      category === 'blocked'
    ) {
      return { sign: 'blocked', word: 'Blocked' };
    }
    if (category === 'failed') return { sign: 'failed', word: 'Failed' };
  }
  if (track.group === 'done' && category === 'cancelled') {
    return { sign: 'skipped', word: short(track.status ?? 'Cancelled', 40) };
  }
  return groupStatus[track.group];
}

function factsOf(track: Track): Fact[] {
  const { loop, metadata, entry, progress } = track;
  const kind = [metadata?.type, metadata?.priority ?? entry?.cells['priority']]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => short(part ?? '', 80));
  const facts: Fact[] = [];
  if (kind.length > 0) facts.push({ before: capital(kind.join(', ')) });
  if (loop) {
    const status = loop.understood ? statusOf(loop.stepStatus).word.toLowerCase() : loop.writtenStepStatus;
    facts.push({
      before: 'Step',
      value: presentStep(loop),
      ...(status === '' ? {} : { after: short(status, 60) }),
    });
    facts.push({
      before: 'Fix cycle',
      value: `${String(loop.fixCycleCount)} of ${String(loop.maxFixCycles)}`,
    });
  } else if (track.status !== undefined) {
    facts.push({ before: 'Status', value: short(track.status, 80) });
  }
  if (progress.total > 0) {
    facts.push({
      value: `${progress.done.toLocaleString('en')} of ${progress.total.toLocaleString('en')}`,
      after: 'tasks',
    });
  }
  if (track.folder === undefined) facts.push({ before: 'Folder', value: 'missing' });
  else if (!track.registered && !track.archived) facts.push({ before: 'Not in', value: 'tracks.md' });
  return facts;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const dialectName: Readonly<Record<Dialect, string | undefined>> = {
  'evaluate-loop': undefined,
  google: 'Google Conductor',
  wshobson: 'wshobson Conductor',
  beads: 'Beads Conductor',
  lane: 'LaneConductor',
  unknown: undefined,
};

/** Why there is no loop to draw. */
function noLoopSentence(track: Track): string | undefined {
  if (track.loop) return undefined;
  if (track.folder === undefined)
    return 'This track has no folder on disk, so it has no evaluate-loop state.';
  if (track.documents.metadata !== undefined && !track.metadata) {
    return 'metadata.json could not be read, so the state of the evaluate-loop is not known.';
  }
  const dialect = dialectName[track.dialect];
  return dialect === undefined
    ? 'This track has no evaluate-loop state.'
    : `This track has no evaluate-loop state: it is kept in the form of ${dialect}, which has no loop.`;
}

function sourcesOf(track: Track, { timeline }: TrackSurroundings): string[] {
  const { documents, bus } = track;
  const found = [
    documents.spec,
    documents.plan,
    documents.metadata,
    documents.evaluationReport,
    documents.fixLog,
  ];
  return [
    ...found.flatMap((file) => (file === undefined ? [] : [fileName(file)])),
    ...(track.entry ? [`tracks.md:${String(track.entry.line)}`] : []),
    ...(bus ? [`.message-bus (${counted(bus.messageCount, 'message')})`] : []),
    ...(timeline.sources.some(({ id }) => id === 'git') ? ['git log'] : []),
  ];
}
