import { join } from 'node:path';
import { newestSessionFile } from '../../files/boardPaths';
import { jsonEdits, type JsonChange } from '../../files/jsonEdit';
import { parseBoardFiles } from '../../files/messageBusFiles';
import { resolutionText, type ResolutionContent } from '../../files/resolutionText';
import { applyEdits } from '../../files/textEdit';
import { boardConvener, directors, type BoardSession } from '../../model/board';
import type { EditRefusal } from '../../model/edit';
import { appendLine } from '../../store/appendLine';
import { readText } from '../../store/readText';
import { readingDisk } from '../../store/readingDisk';
import { hasCode } from '../../store/ioError';
import { sessionFileName } from '../boardFiles';
import { editOrCreate } from '../editOrCreate';
import { ensureBus } from '../parallel/bus';
import type { RunContext } from '../run/runContext';
import type { DirectorAssessment, DirectorRemark, DirectorVote } from './directorAnswer';

/** A file of the board's folder that cannot be written or read. The message says which, why, and what to do. */
export class BoardFileError extends Error {
  override readonly name = 'BoardFileError';

  constructor(readonly refusal: EditRefusal) {
    super(refusal.message);
  }
}

export type MeetingStatus = 'ASSESSING' | 'DISCUSSING' | 'VOTING' | 'RESOLVING' | 'COMPLETE';
export const discussionRounds = 3;

export interface NewMeeting {
  readonly checkpoint: string;
  readonly quick: boolean;
  readonly proposal: string;
  /** ISO */
  readonly at: string;
}

const perMeeting = ['assessments.json', 'votes.json', 'discussion.jsonl', 'resolution.md'] as const;
const emptyText = {
  'assessments.json': '{}\n',
  'votes.json': '{}\n',
  'discussion.jsonl': '',
  'resolution.md': '',
};

/**
 * The board's folder on the bus (FORMATS §4.10): one session with its assessments, discussion and votes at a time. Every
 * change can be made again: what is there already changes nothing. Methods throw BoardFileError.
 */
export class BoardRecord {
  private readonly folder: string;

  constructor(private readonly context: RunContext) {
    this.folder = join(context.place.bus, 'board');
  }

  fileOf(name: string): string {
    return join(this.folder, name);
  }

  /** The session that was begun last, with what its directors have said so far. */
  async read(): Promise<BoardSession | undefined> {
    const name = newestSessionFile(await this.names());
    if (name === undefined) return undefined;
    const [session, assessments, votes, discussion, resolution] = await Promise.all([
      this.text(name),
      ...perMeeting.map((file) => this.text(file)),
    ]);
    const read = parseBoardFiles({ session, assessments, votes, discussion, resolution });
    // What is left out of a broken file would be asked for, or counted, again.
    const broken = read.problems.find(({ part }) => part !== 'discussion');
    if (broken) {
      throw new BoardFileError({
        code: 'board-file-invalid',
        message: `${this.folder}: ${broken.message} Mend it, or remove the file.`,
      });
    }
    return read.session;
  }

  /**
   * Begins a session. What an earlier one left in the files that it shares with this one is kept in `earlier/`; the
   * session file comes last, so that whatever stands there once it is there belongs to it.
   */
  async begin(meeting: NewMeeting): Promise<string> {
    const refused = await ensureBus(this.context);
    if (refused) throw new BoardFileError(refused);
    const last = newestSessionFile(await this.names());
    for (const file of perMeeting) await this.empty(file, last?.replace(/^session-|\.json$/g, ''));
    let time = new Date(meeting.at);
    const newest = last?.replace(/\D/g, '');
    // A clock that is behind another writer's must not make this session the older one.
    if (newest !== undefined && /^\d{14}$/.test(newest) && newest >= stampOf(sessionIdAt(time))) {
      const [year, month, day, hour, minute, second] = [0, 4, 6, 8, 10, 12].map((from, i) =>
        Number(newest.slice(from, i === 0 ? 4 : from + 2)),
      ) as [number, number, number, number, number, number];
      const after = new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1));
      if (!Number.isNaN(after.getTime())) time = after;
    }
    for (;;) {
      const sessionId = sessionIdAt(time);
      const made = await this.context.ports.editor.create({
        root: this.context.place.root,
        file: this.fileOf(sessionFileName(sessionId)),
        text: `${JSON.stringify(sessionJson(sessionId, meeting), null, 2)}\n`,
      });
      if (!('refused' in made)) return sessionId;
      if (made.refused.code !== 'exists') throw new BoardFileError(made.refused);
      time = new Date(time.getTime() + 1000);
    }
  }

  /** Changes the session file. */
  patch(sessionId: string, changes: readonly JsonChange[]): Promise<void> {
    return this.edit(sessionFileName(sessionId), changes);
  }

  assess(director: string, assessment: DirectorAssessment): Promise<void> {
    return this.edit('assessments.json', [{ path: [director], value: assessment }]);
  }

  vote(director: string, vote: DirectorVote): Promise<void> {
    return this.edit('votes.json', [{ path: [director], value: vote }]);
  }

  /** Adds remarks to discussion.jsonl, those left out that are there already. */
  async discuss(remarks: readonly DirectorRemark[]): Promise<void> {
    const { root } = this.context.place;
    const said = (await this.read())?.discussion ?? [];
    for (const remark of remarks) {
      const known = said.some(
        ({ from, round, message }) =>
          from === remark.from && round === remark.round && message === remark.message,
      );
      if (known) continue;
      const outcome = await appendLine(root, this.fileOf('discussion.jsonl'), `${JSON.stringify(remark)}\n`);
      if ('refused' in outcome) throw new BoardFileError(outcome.refused);
    }
  }

  async resolve(content: ResolutionContent): Promise<void> {
    const text = resolutionText(content);
    await this.write('resolution.md', () => text);
  }

  // --- files ---

  private async names(): Promise<string[]> {
    try {
      return (await readingDisk.readFolder(this.folder))
        .filter(({ kind }) => kind === 'file')
        .map(({ name }) => name);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw error;
    }
  }

  private async text(name: string): Promise<string | undefined> {
    const read = await readText(this.context.place.root, this.fileOf(name));
    if ('problem' in read) throw new BoardFileError({ code: 'board-file-invalid', message: read.problem });
    return 'text' in read ? read.text : undefined;
  }

  private async empty(file: (typeof perMeeting)[number], session: string | undefined): Promise<void> {
    const said = await this.text(file);
    if (said === undefined || said.trim() === '' || said.trim() === '{}') return;
    await this.keep(file, said, session);
    let kept = said;
    await this.write(file, (text) => (text === kept ? emptyText[file] : text));
    // Somebody wrote to it meanwhile: that is kept as well.
    for (
      let now = await this.text(file);
      now !== undefined && now !== emptyText[file];
      now = await this.text(file)
    ) {
      kept = now;
      await this.keep(file, now, session);
      await this.write(file, (text) => (text === kept ? emptyText[file] : text));
    }
  }

  private async keep(file: string, text: string, session: string | undefined): Promise<void> {
    const { ports, place } = this.context;
    const folder = join(
      this.folder,
      'earlier',
      (session || 'unnamed').replace(/[^\w.-]/g, '_').slice(0, 100),
    );
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? file : `${count}-${file}`;
      const made = await ports.editor.create({ root: place.root, file: join(folder, name), text });
      if (!('refused' in made)) return;
      if (made.refused.code !== 'exists') throw new BoardFileError(made.refused);
      const there = await readText(place.root, join(folder, name));
      if ('text' in there && there.text === text) return;
    }
  }

  private async edit(name: string, changes: readonly JsonChange[]): Promise<void> {
    const outcome = await editOrCreate(this.context.ports, {
      root: this.context.place.root,
      file: this.fileOf(name),
      change: (text) => {
        if (text.trim() !== '') return jsonEdits(text, changes);
        const result = jsonEdits('{}\n', changes);
        return 'refused' in result
          ? result
          : { edits: [{ start: 0, end: text.length, text: applyEdits('{}\n', result.edits) }] };
      },
    });
    if ('refused' in outcome) throw new BoardFileError(outcome.refused);
  }

  private async write(name: string, text: (before: string) => string): Promise<void> {
    const outcome = await editOrCreate(this.context.ports, {
      root: this.context.place.root,
      file: this.fileOf(name),
      change: (before) => {
        const after = text(before);
        return { edits: after === before ? [] : [{ start: 0, end: before.length, text: after }] };
      },
    });
    if ('refused' in outcome) throw new BoardFileError(outcome.refused);
  }
}

/** `board-<YYYYMMDD>-<HHMMSS>` in UTC (spec 003, "Board Session Tracking"; FORMATS §13, 16). */
export function sessionIdAt(time: Date): string {
  const digits = time.toISOString().replace(/\D/g, '');
  return `board-${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}

/** The digits of a session's id: what names its agents. */
export function stampOf(sessionId: string): string {
  return sessionId.replace(/\D/g, '');
}

function sessionJson(sessionId: string, { checkpoint, quick, proposal, at }: NewMeeting): object {
  const [title = '', ...rest] = proposal.trim().split('\n');
  return {
    session_id: sessionId,
    checkpoint,
    status: 'ASSESSING' satisfies MeetingStatus,
    proposal: {
      proposal: title.replace(/^#+\s*/, ''),
      context: rest.join('\n').trim(),
      ...(quick ? { quick_mode: true } : {}),
    },
    directors,
    started_at: at,
    convened_by: boardConvener,
    phases: {
      assess: { status: 'IN_PROGRESS', complete: 0, of: directors.length },
      discuss: { status: quick ? 'SKIPPED' : 'PENDING', rounds: 0, max_rounds: discussionRounds },
      vote: { status: quick ? 'SKIPPED' : 'PENDING', complete: 0, of: directors.length },
      resolve: { status: 'PENDING' },
    },
  };
}
