import { join, relative, sep } from 'node:path';
import { addErrorEdits, addPatternEdits } from '../../files/knowledgeFiles';
import { everyTask } from '../../files/everyTask';
import { patternsText } from '../../files/projectTemplates';
import type { Track } from '../../model/track';
import { retrospectiveDue } from '../../rules/knowledge';
import { TrackGoneError } from '../../store/trackSource';
import { editOrCreate } from '../editOrCreate';
import { localDate } from '../newTrack';
import { promptTemplate } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import { agentIdFor } from '../run/agentId';
import type { RunningAgent } from '../run/agentJob';
import { promptRefusal, readPromptOverrides } from '../run/promptOverrides';
import type { RunContext } from '../run/runContext';
import { readRetrospective, type RetrospectiveAnswer } from './retrospectiveAnswer';
import { plainRetrospective } from './retrospectiveText';

/**
 * Looks back on a complete track (spec 003, "Retrospective Agent"; FORMATS §4.15, which says when it is skipped): its
 * agent writes retrospective.md and an answer, from which `knowledge/patterns.md` and `knowledge/errors.json` gain what
 * they do not have. An agent that wrote no retrospective.md gets a plain one, of facts only.
 *
 * The track is complete already, so nothing here fails it: what goes wrong is a warning. It is held once: not when
 * retrospective.md is there or the journal says that it was held. One that an earlier run left behind is gone on with;
 * each of its writes is made once.
 */
export async function holdRetrospective(context: RunContext, track: Track): Promise<void> {
  const now = await latest(context, track);
  const due = dueOf(context, now);
  context.emit({ event: 'retrospective', ...due });
  if (!due.due) return;
  const agent = await agentOf(context, now);
  if (!agent) return;
  const end = await agent.finished;
  const answer = await readRetrospective(context.place.root, answerFileOf(context, agent.job.id));
  if ('unusable' in answer) {
    const because = end.why === undefined ? '' : ` (${end.why})`;
    if (end.how !== 'stopped')
      warn(context, `The retrospective added nothing to what is known: ${answer.unusable}${because}.`);
    await agent.settle(end.how === 'stopped' ? 'stopped' : 'failed', answer.unusable);
    return;
  }
  await keep(context, now, answer);
  await agent.settle('passed');
}

async function latest(context: RunContext, track: Track): Promise<Track> {
  try {
    return await context.ports.tracks.read();
  } catch (error) {
    if (error instanceof TrackGoneError) return track;
    throw error;
  }
}

function dueOf(context: RunContext, track: Track): { readonly due: boolean; readonly why: string } {
  const ids = new Set(
    context.log.entries.flatMap((entry) =>
      entry.kind === 'intent' && entry.role === 'retrospective' ? [entry.workerId] : [],
    ),
  );
  if (context.log.state().open.some(({ intent }) => ids.has(intent.workerId)))
    return { due: true, why: 'It was begun and not ended.' };
  if (track.documents.retrospective !== undefined) return { due: false, why: 'retrospective.md is there.' };
  const held = context.log.entries.some(
    (entry) => entry.kind === 'ended' && entry.outcome === 'passed' && ids.has(entry.workerId),
  );
  if (held) return { due: false, why: 'It was held, and somebody took retrospective.md away.' };
  const { due, lines } = retrospectiveDue({
    fixCycles: track.loop?.fixCycleCount ?? 0,
    consultations: track.metadata?.leadConsultations.length ?? 0,
    tasks: track.progress.total,
    docsOnly: changesDocumentsOnly(track),
  });
  const fired = lines.find(({ state }) => state === 'fired');
  return { due, why: fired ? `${fired.text}. ${fired.because}`.trim() : '' };
}

/** By the files that its plan names; a plan that names none goes by the track's type. */
function changesDocumentsOnly(track: Track): boolean {
  const files = [
    ...(track.plan?.dag?.nodes ?? []).flatMap((node) => node.files),
    ...(track.plan
      ? [...everyTask(track.plan.phases.flatMap(({ tasks }) => tasks))].flatMap((task) => task.files)
      : []),
  ];
  if (files.length === 0) return /^(docs?|documentation)$/i.test(track.metadata?.type ?? '');
  return files.every((file) => /\.(md|mdx|markdown|txt|rst|adoc)$/i.test(file));
}

/** The agent that an earlier run left behind, else a new one; undefined (with a warning) when it cannot be had. */
async function agentOf(context: RunContext, track: Track): Promise<RunningAgent | undefined> {
  const { desk, log, place, ports } = context;
  const running = desk.running.find(({ job }) => job.role === 'retrospective');
  if (running) return running;
  for (const open of log.state().open) {
    const adopted = open.intent.role === 'retrospective' ? await desk.adopt(open) : undefined;
    if (!adopted) continue;
    const end = await adopted.finished;
    const answer = await readRetrospective(place.root, answerFileOf(context, adopted.job.id));
    if (end.how !== 'lost' || !('unusable' in answer)) return adopted;
    await adopted.settle('failed', 'The run that started it was broken off.');
  }
  if (context.signal.aborted) return undefined;
  const id = agentIdFor('retrospective', 'COMPLETE', ports.clock(), ports.newId());
  const answerFile = answerFileOf(context, id);
  let prompt: string;
  try {
    const template = promptTemplate('retrospective.md', await readPromptOverrides(place.root));
    prompt = renderPrompt(
      template.text,
      {
        track_id: place.trackId,
        track_dir: relative(place.projectRoot, place.trackFolder).split(sep).join('/'),
        answer_path: answerFile,
      },
      template.name,
    );
  } catch (error) {
    const refused = promptRefusal(error);
    if (!refused) throw error;
    warn(context, `No retrospective was held: ${refused.message}`);
    return undefined;
  }
  if (context.settings.mode === 'confirm-all') {
    const said = await ports.confirm({
      kind: 'dispatch',
      what: `Start the retrospective of ${place.trackId}.`,
      why: 'The track is complete, and there is something to learn from it.',
    });
    if (said !== 'yes') {
      warn(context, 'No retrospective was held: nobody confirmed it.');
      return undefined;
    }
  }
  const start = await desk.start({
    id,
    role: 'retrospective',
    agent: 'retrospective',
    prompt,
    step: track.loop?.step ?? 'COMPLETE',
    attempt: 1,
    locks: [],
    answerFile,
  });
  if ('running' in start) return start.running;
  const why = 'cancelled' in start ? start.cancelled.message : start.notStarted.message;
  warn(context, `No retrospective was held: ${why}`);
  return undefined;
}

async function keep(context: RunContext, track: Track, answer: RetrospectiveAnswer): Promise<void> {
  const { ports, place } = context;
  const { root } = place;
  const date = localDate(ports.clock());
  const known = { track: place.trackId, date };
  const patterns = join(root, 'knowledge', 'patterns.md');
  for (const { gotchas, ...pattern } of answer.patterns) {
    const written = await editOrCreate(ports, {
      root,
      file: patterns,
      begin: patternsText(),
      change: (text) => addPatternEdits(text, { ...pattern, ...known, ...(gotchas ? { gotchas } : {}) }),
    });
    if ('refused' in written) {
      warn(context, `Patterns were not kept: ${written.refused.message}`);
      break;
    }
  }
  for (const error of answer.errors) {
    const written = await editOrCreate(ports, {
      root,
      file: join(root, 'knowledge', 'errors.json'),
      change: (text) => addErrorEdits(text, { ...error, ...known }),
    });
    if ('refused' in written) {
      warn(context, `Errors were not kept: ${written.refused.message}`);
      break;
    }
  }
  const left = await latest(context, track);
  if (left.documents.retrospective !== undefined) return;
  warn(context, 'The agent wrote no retrospective.md: a plain one was made of what is known.');
  const made = await ports.editor.create({
    root,
    file: join(place.trackFolder, 'retrospective.md'),
    text: plainRetrospective(left, answer, date),
  });
  if ('refused' in made && made.refused.code !== 'exists')
    warn(context, `retrospective.md was not written: ${made.refused.message}`);
}

function answerFileOf(context: RunContext, id: string): string {
  return join(context.place.runFolder, 'answers', `${id}.json`);
}

function warn(context: RunContext, message: string): void {
  context.emit({ event: 'warning', message });
}
