import { join, sep } from 'node:path';
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { answerEscalation, type AnswerRequest } from '../../engine/escalation/answerEscalation';
import type { Blocker } from '../../model/loopState';
import type { Track } from '../../model/track';
import { answerOptions, type AnswerOption } from '../../rules/escalationOptions';
import type { Choice } from '../dialogs';
import { personName } from '../personName';
import { refOf } from '../views/trackNodes';
import { wrapped } from '../wrapped';
import type { Command, CommandContext } from './commandContext';
import { pickStep, registryOf, tellChange } from './stateCommands';
import { argumentIn, refIn } from './targets';

/** One question that a track asks. */
interface Asked {
  readonly track: Track;
  readonly blocker: Blocker;
}

/**
 * Answer: what a track asks a person. From a row of Needs You its question is meant, from a track one of its own, from
 * the palette one of all; `answer` beside them is the answer that a button gives. Cancelling any of it changes nothing.
 */
export const answer: Command = async (context, argument) => {
  const title = l10n.t('Answer');
  await context.source.start();
  const asked = await askedOf(context, argument, title);
  if (!asked) return;
  const option = await optionOf(context, asked, argument, title);
  if (!option) return;
  const more = await whatItNeeds(context, asked, option, title);
  if (!more) return;
  const { track, blocker } = asked;
  const result = await answerEscalation(context.ports, track, {
    blockerId: blocker.id,
    answer: option.id,
    by: (await personName(track.root)) ?? 'person',
    ...more,
    ...registryOf(context, track),
  });
  const ref = refOf(track);
  const answered = tellChange(context, track, result, () =>
    answer(context, { track: ref, argument: blocker.id, answer: option.id }),
  );
  // A loop of this window reads the answer by itself; one that has ended for it goes on when it is run again.
  if (!answered || !track.loop || context.runs.runOf(ref)) return;
  context.dialogs.tell('info', l10n.t('{0}: your answer counts when the loop runs on.', track.name), {
    [l10n.t('Run Loop')]: () => vscode.commands.executeCommand('conductor.runLoop', ref),
  });
};

async function askedOf(
  context: CommandContext,
  argument: unknown,
  title: string,
): Promise<Asked | undefined> {
  const ref = refIn(argument);
  const all = context.source.snapshot.roots
    .flatMap((root) => root.tracks)
    .filter((track) => ref === undefined || (track.root === ref.root && track.key === ref.key))
    .flatMap((track) =>
      (track.metadata?.blockers ?? [])
        .filter(({ active }) => active && !track.archived)
        .map((blocker): Asked => ({ track, blocker })),
    );
  const named = blockerNamed(context, argument);
  const found = all.filter(({ blocker }) => named === undefined || blocker.id === named);
  const [only] = found;
  if (!only) {
    context.dialogs.tell(
      'info',
      named === undefined ? l10n.t('Nothing waits for your answer.') : l10n.t('This is answered already.'),
    );
    return undefined;
  }
  if (found.length === 1) return only;
  return context.dialogs.pick(
    { title, placeholder: l10n.t('Which question do you answer?') },
    found.map((value) => ({
      label: value.blocker.description,
      description: value.track.name,
      ...(value.blocker.context === undefined ? {} : { detail: value.blocker.context.join(' · ') }),
      value,
    })),
  );
}

/** The blocker that a row of Needs You is about, or that an action names. */
function blockerNamed(context: CommandContext, argument: unknown): string | undefined {
  const id = typeof argument === 'object' && argument !== null && 'id' in argument ? argument.id : undefined;
  const item = context.needsYou.items.find((candidate) => candidate.id === id);
  return (
    item?.actions.find(({ argument: blocker }) => blocker !== undefined)?.argument ?? argumentIn(argument)
  );
}

async function optionOf(
  context: CommandContext,
  { track, blocker }: Asked,
  argument: unknown,
  title: string,
): Promise<AnswerOption | undefined> {
  const options = answerOptions(blocker).filter(({ needs }) => needs !== 'step' || track.loop !== undefined);
  const given =
    typeof argument === 'object' && argument !== null && 'answer' in argument ? argument.answer : undefined;
  const known = options.find(({ id }) => id === given);
  if (known) return known;
  const [only] = options;
  if (only && options.length === 1 && only.needs === 'text') return only;
  const lines = questionLines(blocker, track);
  const choices: Choice<AnswerOption | 'question'>[] = [
    ...options.map((value) => ({ label: value.label, value })),
    ...(lines.length === 0
      ? []
      : [
          {
            label: l10n.t('The question'),
            kind: vscode.QuickPickItemKind.Separator,
            value: 'question' as const,
          },
        ]),
    ...lines.map((label) => ({ label, value: 'question' as const })),
  ];
  for (;;) {
    const chosen = await context.dialogs.pick(
      { title: `${title}: ${track.name}`, placeholder: blocker.description },
      choices,
    );
    // A line of the question is no answer to it.
    if (chosen !== 'question') return chosen;
  }
}

/** What fits a row of a quick pick, characters. */
const rowWidth = 72;

/** The question and its context in lines that can be read whole; none when the placeholder says all of it. */
function questionLines(blocker: Blocker, track: Track): readonly string[] {
  const context = blocker.context ?? [];
  if (context.length === 0 && blocker.description.length <= rowWidth) return [];
  // Paths are named from the track's folder: that is the part that tells something.
  const here = track.folder === undefined ? undefined : join(track.folder, sep);
  return [blocker.description, ...context]
    .map((text) => (here === undefined ? text : text.replaceAll(here, '')))
    .flatMap((text) => wrapped(text, rowWidth));
}

const verdicts = ['APPROVED', 'APPROVED_WITH_REVIEW', 'REJECTED'] as const;

/** What an answer needs besides; undefined: cancelled. */
async function whatItNeeds(
  context: CommandContext,
  { track, blocker }: Asked,
  option: AnswerOption,
  title: string,
): Promise<Pick<AnswerRequest, 'note' | 'step' | 'verdict'> | undefined> {
  const heading = `${title}: ${track.name}`;
  const words = async (placeholder: string): Promise<string | undefined> =>
    (
      await context.dialogs.input({
        title: heading,
        placeholder,
        validate: (text) => (text.trim() === '' ? l10n.t('Others will read it: say something.') : undefined),
      })
    )?.trim();
  switch (option.needs) {
    case undefined:
      return {};
    case 'text': {
      const note = await words(
        option.id === 'failed'
          ? l10n.t('Why did it fail? The next agent reads it.')
          : [blocker.description, ...(blocker.context ?? [])].join(' · '),
      );
      return note === undefined ? undefined : { note };
    }
    case 'step': {
      const step = await pickStep(context, track, title);
      if (!step) return undefined;
      const note = await words(l10n.t('Why? It is recorded in step_history.'));
      return note === undefined ? undefined : { step, note };
    }
    case 'verdict': {
      const verdict = await context.dialogs.pick(
        { title: heading, placeholder: l10n.t('What is the verdict?') },
        verdicts.map((value) => ({ label: value.replaceAll('_', ' '), value })),
      );
      if (verdict === undefined) return undefined;
      const note = await words(l10n.t('Why do you decide so? It stands beside the verdict.'));
      return note === undefined ? undefined : { verdict, note };
    }
  }
}
