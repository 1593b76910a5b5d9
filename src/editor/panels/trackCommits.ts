import type { Track } from '../../model/track';
import type { LoggedCommit } from '../../model/timeline';
import { tasksOf } from '../../rules/progress';

/** What git tells of a track, as far as it has been read. */
export interface TrackCommits {
  readonly commits: readonly LoggedCommit[];
  /** What is missing of it and why. */
  readonly remarks: readonly string[];
}

interface Asked {
  readonly at: number;
  /** The answer has been given to somebody: until then git, however slow, is not asked again. */
  isGiven: boolean;
  readonly coming: Promise<TrackCommits>;
}

/** How long an answer holds for a track that has not changed, ms: a commit touches no file that is watched. */
const holds = 10_000;
/** A panel is not kept waiting longer for git, ms. */
const patience = 150;

const asked = new WeakMap<Track, Asked>();

/** What was last read of each folder: a track that has just changed is a new one, its commits are mostly the same. */
const lastRead = new Map<string, TrackCommits>();
/** Folders that are remembered. */
const mostRemembered = 20;

/**
 * Commits of a track for its timeline. When git takes longer than a moment, what is there is given and `later` is
 * called once when the rest has come.
 */
export async function trackCommits(track: Track, now: number, later: () => void): Promise<TrackCommits> {
  let found = asked.get(track);
  if (!found || (found.isGiven && now - found.at > holds)) {
    const coming = readCommits(track);
    asked.set(track, (found = { at: now, isGiven: false, coming }));
    void coming.then((answer) => remember(track, answer));
  }
  const soon = await Promise.race([found.coming, after(patience)]);
  if (soon) {
    found.isGiven = true;
    return soon;
  }
  void found.coming.then(later);
  return lastRead.get(track.folder ?? '') ?? { commits: [], remarks: ['Git is being asked for commits…'] };
}

function remember({ folder }: Track, answer: TrackCommits): void {
  if (folder === undefined) return;
  lastRead.delete(folder);
  lastRead.set(folder, answer);
  const [oldest] = lastRead.keys();
  if (lastRead.size > mostRemembered && oldest !== undefined) lastRead.delete(oldest);
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}

/** Never rejects: why there are no commits is a remark. */
async function readCommits(track: Track): Promise<TrackCommits> {
  if (track.folder === undefined) return { commits: [], remarks: [] };
  try {
    const { gitLog } = await import('../../store/gitLog');
    const log = await gitLog(track.folder, {
      commits: tasksOf(track.plan).flatMap(({ commits }) => commits),
    });
    if ('unavailable' in log) {
      const { code, message } = log.unavailable;
      // Projects without git have nothing to miss.
      return { commits: [], remarks: code === 'no-repository' || code === 'no-folder' ? [] : [message] };
    }
    return {
      commits: log.commits,
      remarks: [
        ...(log.more ? ['Git has more commits of this track than are read here.'] : []),
        ...(log.shallow ? ['This is a shallow clone: older commits are not there.'] : []),
        ...(log.unknown.length > 0
          ? [
              `${log.unknown.length === 1 ? 'A commit' : `${String(log.unknown.length)} commits`} named in plan.md ${log.unknown.length === 1 ? 'is' : 'are'} not in the repository: ${log.unknown
                .slice(0, 3)
                .map((sha) => sha.slice(0, 10))
                .join(', ')}${log.unknown.length > 3 ? ', …' : ''}.`,
            ]
          : []),
      ],
    };
  } catch (error) {
    return {
      commits: [],
      remarks: [`Git could not be asked: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}
