import { answerEscalation, answersOf } from '../../engine/escalation/answerEscalation';
import type { TrackChangeResult } from '../../engine/blockTrack';
import { answerQuestion } from '../../engine/leads/answerQuestion';
import { askedByLine } from '../../engine/leads/questionBlockers';
import { reportVersion } from '../../engine/statusReport';
import { loopSteps, type Blocker } from '../../model/loopState';
import type { Question } from '../../model/question';
import type { Track } from '../../model/track';
import { answerOptions, isAnswerId, type AnswerId } from '../../rules/escalationOptions';
import { personName } from '../../store/git';
import { askedOf, type Asked } from '../asked';
import type { Call, Command } from '../command';
import { exitCode, type ExitCode } from '../exitCode';
import { NegativeAnswer, UsageError } from '../failure';
import { portsFor } from '../nodePorts';
import { readTrack, type FoundTrack } from '../readFolder';
import { pathFrom } from '../selectTrack';
import { printable, typed } from '../text';

const verdicts = ['APPROVED', 'APPROVED_WITH_REVIEW', 'REJECTED'] as const;

export const answer: Command = {
  name: 'answer',
  takes: '<track> [id] [answer]',
  summary: 'Answer what a track asks a person: an escalation, or a question of an agent',
  details: [
    'Without an id it lists what is asked, each with the answers that it takes. What is asked about something can be',
    'named by that alone: q1 for question:q1.',
    '<answer> is one of those, or the text of the answer where a text is asked for.',
    'The answer is recorded in metadata.json with your name; a question is answered in questions.json, where the agent',
    'that asked reads it. `conductor run` then goes on.',
  ],
  arguments: { least: 1, most: 3 },
  options: {
    note: { type: 'string', value: 'text', help: 'Why; some answers need it' },
    step: { type: 'string', value: 'step', help: 'For set-step: the step that the track is at' },
    verdict: { type: 'string', value: 'verdict', help: `For resolve-vote: ${verdicts.join(', ')}` },
    by: { type: 'string', value: 'name', help: "Who answers (default: git's user.name)" },
  },
  async run(call) {
    const [word = '', id, text] = call.arguments;
    const found = await readTrack(call, word);
    const asked = await askedOf(found.track);
    if (asked.unreadable !== undefined) call.output.complain([printable(`Note: ${asked.unreadable}`)]);
    if (id === undefined) return list(call, found.track, asked);
    if (text === undefined) throw new UsageError('Say what the answer is.', hintFor(asked, id));
    const done = await give(call, found, asked, id, text);
    if ('refused' in done) {
      const { code, message } = done.refused;
      throw new NegativeAnswer(code, missing(code, call, text) ?? message);
    }
    if (call.json) {
      call.output.document({ version: reportVersion, track: found.track.id, id, ...done });
    } else {
      const files = done.files.map((file) => pathFrom(call.folder, file)).join(', ');
      call.output.lines([
        printable(`${found.track.id}: ${done.why}${files === '' ? '' : `  (${files})`}`),
        ...done.warnings.map((warning) => call.output.style('yellow', printable(`Note: ${warning}`))),
      ]);
    }
    return exitCode.fine;
  },
};

/** What an answer takes besides itself, for the list. */
const needs: Readonly<Record<string, string>> = {
  answer: ' (or the text itself as the answer)',
  'set-step': ' (with --step)',
  'resolve-vote': ' (with --verdict and --note)',
};

/** What it takes, best first. */
function optionsOf(blocker: Blocker): { id: string; label: string }[] {
  const labels = new Map<AnswerId, string>([
    ['resolved', 'It Is Resolved'],
    ['set-step', 'Set Step…'],
    ...answerOptions(blocker).map(({ id, label }) => [id, label] as const),
  ]);
  return [...answersOf(blocker)].map((id) => ({ id, label: labels.get(id) ?? id }));
}

function list(call: Call, track: Track, { blockers, questions }: Asked): ExitCode {
  if (call.json) {
    call.output.document({
      version: reportVersion,
      track: track.id,
      asked: [
        ...blockers.map((blocker) => ({
          id: blocker.id,
          kind: 'escalation',
          trigger: blocker.trigger ?? null,
          step: blocker.blockedStep ?? null,
          description: blocker.description,
          context: blocker.context ?? [],
          answers: optionsOf(blocker),
        })),
        ...questions.map((question) => ({
          id: question.key,
          kind: 'question',
          trigger: null,
          step: null,
          description: question.question,
          context: contextOf(question, track),
          answers: question.options.map((option) => ({ id: option, label: option })),
        })),
      ],
    });
    return exitCode.fine;
  }
  const { output } = call;
  const lines = [
    ...blockers.flatMap((blocker) => [
      `${output.style('bold', printable(blocker.id))}  ${printable(blocker.description)}`,
      ...(blocker.context ?? []).map((line) => `  ${printable(line)}`),
      ...optionsOf(blocker).map(
        ({ id, label }) =>
          `  - ${printable(id)}  ${output.style('dim', printable(`${label}${needs[id] ?? ''}`))}`,
      ),
    ]),
    ...questions.flatMap((question) => [
      `${output.style('bold', printable(question.key))}  ${printable(question.question)}`,
      ...contextOf(question, track).map((line) => `  ${printable(line)}`),
      ...question.options.map((option) => `  - ${printable(option)}`),
    ]),
  ];
  output.lines(lines.length === 0 ? [`${printable(track.id)} asks nothing.`] : lines);
  return exitCode.fine;
}

/** Who asks, and what for: two questions may be asked in the same words. */
function contextOf(question: Question, track: Track): string[] {
  return [askedByLine(question, track), question.context].filter((line) => line !== undefined);
}

/** @throws NegativeAnswer `blocker-not-found`, UsageError for what is no answer to it */
async function give(
  call: Call,
  found: FoundTrack,
  asked: Asked,
  id: string,
  text: string,
): Promise<TrackChangeResult> {
  const by = call.text('by') ?? ((await personName(found.track.root)) || 'person');
  const ports = portsFor(call);
  const question = asked.questions.find(({ key }) => key === id);
  const known = found.track.metadata?.blockers.find((one) => one.id === id);
  const blocker = known ?? (question ? undefined : askedAbout(asked, id));
  if (!blocker) {
    if (question) {
      const reasoning = call.text('note');
      return answerQuestion(ports, found.track, {
        questionId: id,
        question: question.question,
        answer: text,
        by,
        ...(reasoning === undefined ? {} : { reasoning }),
      });
    }
    const ids = [...asked.blockers.map((one) => one.id), ...asked.questions.map(({ key }) => key)];
    throw new NegativeAnswer(
      'blocker-not-found',
      ids.length === 0
        ? `${found.track.id} asks nothing.`
        : `${found.track.id} does not ask "${id}". It asks:`,
      ids,
    );
  }
  const chosen = answerIdOf(blocker, text);
  const isText = chosen === 'answer' && text.trim().toLowerCase() !== 'answer';
  const note = isText ? text : call.text('note');
  const reason = isText ? call.text('note') : undefined;
  const step = stepOf(call.text('step'));
  const verdict = verdictOf(call.text('verdict'));
  return answerEscalation(ports, found.track, {
    blockerId: blocker.id,
    answer: chosen,
    by,
    ...(note === undefined ? {} : { note }),
    ...(reason === undefined ? {} : { reason }),
    ...(step ? { step: { step } } : {}),
    ...(verdict ? { verdict } : {}),
    ...(found.root.registryFile === undefined ? {} : { registryFile: found.root.registryFile }),
    signal: call.signal,
  });
}

/** One of the answers that it takes, else a text where it takes one. @throws UsageError */
function answerIdOf(blocker: Blocker, text: string): AnswerId {
  const possible = answersOf(blocker);
  const word = text.trim().toLowerCase();
  if (isAnswerId(word) && possible.has(word)) return word;
  if (possible.has('answer')) return 'answer';
  throw new UsageError(`"${text}" is no answer to ${blocker.id}.`, `It takes: ${[...possible].join(', ')}.`);
}

/** What is missing from the answer, in the words of this command; undefined for any other refusal. */
function missing(code: string, call: Pick<Call, 'arguments' | 'text'>, answered: string): string | undefined {
  const answer = answered.trim().toLowerCase();
  if (code === 'needs-face') {
    return answer === 'resolve-vote'
      ? `What is the verdict of the board? Say it with --verdict (${verdicts.join(', ')}), and why with --note "…".`
      : `Which step is the track at? Say it with --step (${loopSteps.join(', ')}).`;
  }
  if (code === 'note-missing' && answer === 'answer') {
    const [track = '', id = ''] = call.arguments;
    return `Say what you decide, others will read it: ${typed('conductor', 'answer', track, id)} "the text itself", or --note "the text".`;
  }
  return code === 'note-missing' ? 'Say why with --note "…": others will read it.' : undefined;
}

function stepOf(written: string | undefined) {
  if (written === undefined) return undefined;
  const step = loopSteps.find((known) => known === written.trim().toUpperCase());
  if (step) return step;
  throw new UsageError(`--step is ${loopSteps.join(', ')}, not "${written}".`);
}

function verdictOf(written: string | undefined) {
  if (written === undefined) return undefined;
  const verdict = verdicts.find((known) => known === written.trim().toUpperCase().replace(/ /g, '_'));
  if (verdict) return verdict;
  throw new UsageError(`--verdict is ${verdicts.join(', ')}, not "${written}".`);
}

function hintFor(asked: Asked, id: string): string | undefined {
  if (asked.questions.some(({ key }) => key === id)) return 'Any text is an answer to it.';
  const blocker = asked.blockers.find((known) => known.id === id) ?? askedAbout(asked, id);
  return blocker && `It takes: ${[...answersOf(blocker)].join(', ')}.`;
}

/** The one thing that is asked about this: "q1" is short for "question:q1" as long as nothing else is asked about it. */
function askedAbout({ blockers }: Asked, subject: string): Blocker | undefined {
  const [blocker, ...more] = blockers.filter((known) => known.subject === subject);
  return more.length === 0 ? blocker : undefined;
}
