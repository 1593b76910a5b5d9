import type { JsonChange } from '../../files/jsonEdit';
import {
  boardConvener,
  directors,
  type BoardSession,
  type BoardVote,
  type Director,
} from '../../model/board';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import {
  evaluationOf,
  isAbout,
  isOfThisRound,
  runningSession,
  unansweredSession,
  type BoardCheckpoint,
} from '../../rules/boardDue';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { sessionFileName } from '../boardFiles';
import { editMetadata } from '../metadataEdit';
import { promptRefusal, readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import {
  askDirectors,
  dismissDirectors,
  hasAnswered,
  type DirectorQuestion,
  type DirectorsAnswered,
} from './askDirectors';
import { postAssessments, postRemarks, postVotes } from './boardMessages';
import { BoardFileError, BoardRecord, discussionRounds, stampOf, type MeetingStatus } from './boardRecord';
import { readAssessment, readRemarks, readVote } from './directorAnswer';
import { directorPrompt } from './directorPrompts';
import { outcomeOf, type BoardOutcome } from './boardOutcome';
import { resolveMeeting } from './resolveMeeting';

export type { BoardOutcome };

export interface BoardRequest {
  readonly checkpoint: BoardCheckpoint;
  /** Assessments only (FORMATS §4.10, "Quick review"). */
  readonly quick: boolean;
  /** What is put to the board: Markdown, the first line is its title. A session that goes on keeps its own. */
  readonly proposal: string;
}

/**
 * Holds a meeting of the board on the message bus (spec 003, "Deliberation Protocol"): the five directors assess in
 * parallel, discuss in up to three rounds (none when all are of one mind, no further one when nobody changes their
 * verdict), vote, and the votes are resolved by the rule. A quick review is the assessments only.
 *
 * The board's folder says how far it came, so it can be called again after a crash or a stop: only who has not answered
 * is asked. Last of all come the short form in metadata.json and the session's status COMPLETE. A verdict about the
 * present evaluation that nobody carried out yet is given again; nobody meets twice about it.
 */
export async function holdBoard(context: RunContext, request: BoardRequest): Promise<BoardOutcome> {
  const track = await context.ports.tracks.read();
  // Where the verdict is recorded is looked at before five agents work for it.
  const writable = await editMetadata(context.ports, track, () => []);
  if ('refused' in writable) {
    return broken(track, `No board was convened about ${track.id}: ${writable.refused.message}`);
  }
  const running = runningSession(track);
  const unanswered = running ? undefined : unansweredSession(track, request.checkpoint);
  if (unanswered) return outcomeOf(track, unanswered);
  if (running && running.convenedBy !== boardConvener) return busy(context, running);
  const checkpoint =
    request.quick && request.checkpoint !== 'EVALUATE_EXECUTION' ? 'QUICK_REVIEW' : request.checkpoint;
  const goesOn =
    running !== undefined &&
    (running.checkpoint === checkpoint || isAbout(running, request.checkpoint)) &&
    (running.quick ?? false) === request.quick &&
    isOfThisRound(track, request.checkpoint, running);
  try {
    const record = new BoardRecord(context);
    if (context.signal.aborted) return { verdict: 'stopped' };
    let sessionId = running?.sessionId ?? '';
    if (!goesOn) {
      sessionId = await record.begin({
        checkpoint,
        quick: request.quick,
        proposal: request.proposal,
        at: context.ports.clock().toISOString(),
      });
      if (running) {
        await record.patch(running.sessionId, [{ path: ['superseded_by'], value: sessionId }]);
      }
    }
    await dismissDirectors(context, stampOf(sessionId));
    const overrides = await readPromptOverrides(context.place.root);
    return await new Meeting(context, record, sessionId, request.checkpoint, overrides).go();
  } catch (error) {
    const refused = error instanceof BoardFileError ? error.refusal : promptRefusal(error);
    if (!refused) throw error;
    if (context.signal.aborted) return { verdict: 'stopped' };
    return broken(track, `The board meeting of ${track.id} cannot go on: ${refused.message}`);
  }
}

class Meeting {
  /** Why a director is missing, as far as this process saw it. */
  private readonly absent = new Map<Director, string>();

  constructor(
    private readonly context: RunContext,
    private readonly record: BoardRecord,
    private readonly sessionId: string,
    private readonly checkpoint: BoardCheckpoint,
    private readonly overrides: Readonly<Record<string, string>>,
  ) {}

  async go(): Promise<BoardOutcome> {
    let session = await this.session();
    let status = statusOf(session);
    const quick = session.quick ?? false;
    if (status === 'ASSESSING') {
      const interrupted = this.interrupted(await this.assess(session));
      if (interrupted) return interrupted;
      session = await this.session();
      await postAssessments(this.context, session);
      status = quick ? 'RESOLVING' : isOfOneMind(session) ? 'VOTING' : 'DISCUSSING';
      await this.enter(status, [
        phase('assess', 'status', 'COMPLETE'),
        ...(status === 'VOTING' ? [phase('discuss', 'status', 'SKIPPED')] : []),
      ]);
    }
    if (status === 'DISCUSSING') {
      const interrupted = await this.discuss();
      if (interrupted) return interrupted;
      status = 'VOTING';
      await this.enter(status, [phase('discuss', 'status', 'COMPLETE')]);
    }
    if (status === 'VOTING') {
      const interrupted = this.interrupted(await this.vote(await this.session()));
      if (interrupted) return interrupted;
      session = await this.session();
      await postVotes(this.context, session, session.votes);
      await this.enter('RESOLVING', [phase('vote', 'status', 'COMPLETE')]);
    }
    session = await this.session();
    return resolveMeeting(this.context, this.record, {
      session,
      quick,
      checkpoint: this.checkpoint,
      votes: quick ? quickVotes(session) : session.votes,
      absent: this.absent,
    });
  }

  // --- phases ---

  private async assess(session: BoardSession): Promise<DirectorsAnswered> {
    this.tell('assess');
    let complete = Object.keys(session.assessments).length;
    return this.ask(
      {
        ...this.question('assess'),
        promptFor: (director, file) => directorPrompt(this.prompts(session), 'assess', director, file),
        take: async (director, text) => {
          if (text === undefined) return 'no answer was written';
          const answer = readAssessment(text, director);
          if ('problem' in answer) return answer.problem;
          await this.record.assess(director, answer.value);
          complete += 1;
          await this.record.patch(this.sessionId, [phase('assess', 'complete', complete)]);
          await postAssessments(this.context, await this.session(), director);
          return undefined;
        },
      },
      directors.filter((director) => !Object.hasOwn(session.assessments, director)),
    );
  }

  private async discuss(): Promise<BoardOutcome | undefined> {
    for (;;) {
      const session = await this.session();
      const held = session.rounds ?? 0;
      const moved = session.discussion.some(
        ({ round, changesMyVerdict }) => round === held && changesMyVerdict,
      );
      if (held >= discussionRounds || (held > 0 && !moved)) return undefined;
      const round = held + 1;
      const interrupted = this.interrupted(await this.discussRound(session, round));
      if (interrupted) return interrupted;
      await postRemarks(this.context, await this.session());
      await this.record.patch(this.sessionId, [phase('discuss', 'rounds', round)]);
    }
  }

  private discussRound(session: BoardSession, round: number): Promise<DirectorsAnswered> {
    this.tell('discuss', round);
    const question: DirectorQuestion = {
      ...this.question('discuss'),
      round,
      promptFor: (director, file) => directorPrompt(this.prompts(session), 'discuss', director, file, round),
      take: async (director, text, end, last) => {
        // Who has nothing to say writes nothing; one that crashed has not been heard. Nobody knows the exit code of
        // one that was taken over.
        if (text === undefined && end.how === 'exited' && (end.exitCode ?? 0) === 0) return undefined;
        if (text === undefined) return 'no answer was written';
        const at = this.context.ports.clock().toISOString();
        const answer = readRemarks(text, { director, round, at, lenient: last });
        if ('problem' in answer) return answer.problem;
        await this.record.discuss(answer.value);
        return undefined;
      },
    };
    // Who has not assessed it has nothing to discuss; their vote is asked for all the same.
    const present = directors.filter((director) => Object.hasOwn(session.assessments, director));
    return this.ask(
      question,
      present.filter((director) => !hasAnswered(this.context, question, director)),
    );
  }

  private async vote(session: BoardSession): Promise<DirectorsAnswered> {
    this.tell('vote');
    let complete = Object.keys(session.votes).length;
    return this.ask(
      {
        ...this.question('vote'),
        promptFor: (director, file) => directorPrompt(this.prompts(session), 'vote', director, file),
        take: async (director, text) => {
          if (text === undefined) return 'no answer was written';
          const answer = readVote(text, this.context.ports.clock().toISOString());
          if ('problem' in answer) return answer.problem;
          await this.record.vote(director, answer.value);
          complete += 1;
          await this.record.patch(this.sessionId, [phase('vote', 'complete', complete)]);
          return undefined;
        },
      },
      // A person may have cast a director's vote meanwhile.
      directors.filter((director) => !Object.hasOwn(session.votes, director)),
    );
  }

  // --- helpers ---

  private async ask(question: DirectorQuestion, asked: readonly Director[]): Promise<DirectorsAnswered> {
    const answered = await askDirectors(this.context, question, asked);
    for (const [director, why] of answered.missing) this.absent.set(director, why);
    return answered;
  }

  private interrupted({ stopped, notStarted }: DirectorsAnswered): BoardOutcome | undefined {
    if (stopped) return { verdict: 'stopped' };
    if (!notStarted) return undefined;
    return {
      verdict: 'ESCALATE',
      escalation: {
        id: `agent-not-started:${this.sessionId}`,
        trigger: 'agent-not-started',
        description: `The directors of the board could not be started: ${notStarted.message}`,
        context: [`Session ${this.sessionId} is kept and goes on where it was.`],
        subject: this.sessionId,
      },
    };
  }

  private async session(): Promise<BoardSession> {
    const session = await this.record.read();
    if (session?.sessionId === this.sessionId) return session;
    throw new BoardFileError({
      code: 'session-gone',
      message: `${this.record.fileOf(sessionFileName(this.sessionId))} is gone, or another session was begun meanwhile.`,
    });
  }

  private question(
    name: DirectorQuestion['phase'],
  ): Pick<DirectorQuestion, 'stamp' | 'checkpoint' | 'step' | 'phase'> {
    return {
      stamp: stampOf(this.sessionId),
      checkpoint: this.checkpoint,
      step: evaluationOf(this.checkpoint),
      phase: name,
    };
  }

  private prompts(session: BoardSession): Parameters<typeof directorPrompt>[0] {
    return { overrides: this.overrides, trackId: this.context.place.trackId, session };
  }

  private tell(name: DirectorQuestion['phase'], round?: number): void {
    this.context.emit({
      event: 'board',
      session: this.sessionId,
      checkpoint: this.checkpoint,
      phase: name,
      ...(round === undefined ? {} : { round }),
    });
  }

  private enter(status: MeetingStatus, changes: readonly JsonChange[]): Promise<void> {
    const name = {
      ASSESSING: 'assess',
      DISCUSSING: 'discuss',
      VOTING: 'vote',
      RESOLVING: 'resolve',
      COMPLETE: 'resolve',
    };
    return this.record.patch(this.sessionId, [
      ...changes,
      phase(name[status], 'status', 'IN_PROGRESS'),
      { path: ['status'], value: status },
    ]);
  }
}

function phase(name: string, key: string, value: string | number): JsonChange {
  return { path: ['phases', name, key], value };
}

function statusOf({ status }: BoardSession): MeetingStatus {
  const known = ['ASSESSING', 'DISCUSSING', 'VOTING', 'RESOLVING', 'COMPLETE'] as const;
  return known.find((word) => word === status?.trim().toUpperCase()) ?? 'ASSESSING';
}

/** All five approve or all five reject, and nobody asks the board anything. */
function isOfOneMind(session: BoardSession): boolean {
  const said = directors.map((director) => session.assessments[director]);
  const verdict = said[0]?.verdict;
  return (
    (verdict === 'APPROVE' || verdict === 'REJECT') &&
    said.every((a) => {
      const questions = a?.raw['questions_for_board'];
      return a?.verdict === verdict && !(Array.isArray(questions) && questions.length > 0);
    })
  );
}

/** In a quick review the assessments are the votes; what a person cast in a director's place counts before them. */
function quickVotes(session: BoardSession): Record<string, BoardVote> {
  const assessed = Object.entries(session.assessments).flatMap(([director, { verdict }]) =>
    verdict === undefined ? [] : [[director, { verdict, conditions: [] }] as const],
  );
  return { ...Object.fromEntries(assessed), ...session.votes };
}

function busy(context: RunContext, running: BoardSession): BoardOutcome {
  const file = new BoardRecord(context).fileOf(sessionFileName(running.sessionId));
  return {
    verdict: 'ESCALATE',
    escalation: {
      id: `board-busy:${running.sessionId}`,
      trigger: 'stuck',
      description: `Board session ${running.sessionId} of another program is on the message bus and not at its end (${running.status ?? 'no status'}), so no other meeting was begun.`,
      context: [
        ...(running.startedAt === undefined ? [] : [`It was begun at ${running.startedAt}.`]),
        `When nobody works on it any more, set "status" to "COMPLETE" in ${file}.`,
      ],
      subject: running.sessionId,
    },
  };
}

function broken(track: Track, description: string): BoardOutcome {
  const id = `board-broken:${track.id}`;
  const escalation: EscalationRequest<EscalationTrigger> = { id, trigger: 'run-broken', description };
  return { verdict: 'ESCALATE', escalation };
}
