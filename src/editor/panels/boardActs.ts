import { basename } from 'node:path';
import type { TrackChangeResult } from '../../engine/blockTrack';
import { castVote, resolveTie } from '../../engine/boardActions';
import { addCondition, markCondition } from '../../engine/boardConditions';
import { trackRefusal } from '../../engine/metadataEdit';
import type { Ports } from '../../engine/ports';
import type { Track } from '../../model/track';
import { nameOf, shownSessions } from '../../panels/board/sessions';
import type { BoardRequest } from '../../shared/boardModel';
import type { Reply } from '../../shared/protocol';

export type BoardAct = Exclude<BoardRequest, { kind: 'turnTo' }>;

/** What acts on the board work with. */
export interface BoardWorld {
  readonly ports: Pick<Ports, 'editor' | 'clock'>;
  /** The track as it was last read. */
  track(): Track | undefined;
  /** Reads the disk again. */
  refresh(): Promise<void>;
  /** Who acts, where that is known. */
  by(track: Track): Promise<string | undefined>;
}

const mostRemembered = 100;

/**
 * What a person does to the board, one after the other, each on the track as it is then. What one form sends twice is
 * written once: both get the same answer.
 */
export class BoardActs {
  readonly #answers = new Map<string, Promise<Reply>>();
  #last: Promise<unknown> = Promise.resolve();

  do(world: BoardWorld, act: BoardAct): Promise<Reply> {
    const known = this.#answers.get(act.token);
    if (known) return known;
    const answer = this.#last.then(() => perform(world, act));
    this.#last = answer.catch(() => undefined);
    this.#remember(act.token, answer);
    return answer;
  }

  #remember(token: string, answer: Promise<Reply>): void {
    this.#answers.set(token, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > mostRemembered && oldest !== undefined) this.#answers.delete(oldest);
    const forget = (): void => {
      if (this.#answers.get(token) === answer) this.#answers.delete(token);
    };
    // A form that was refused may be sent again, with other words.
    answer.then(({ ok }) => (ok ? undefined : forget()), forget);
  }
}

async function perform(world: BoardWorld, act: BoardAct): Promise<Reply> {
  // What others have written since the last reading counts, and what the act before this one wrote.
  await world.refresh();
  const track = world.track();
  if (!track) {
    return { ok: false, message: 'This track is no longer there, so nothing was written.' };
  }
  const frozen = trackRefusal(track);
  if (frozen) return { ok: false, message: frozen.message };
  const moved = act.kind === 'castVote' ? movedVote(track, act) : undefined;
  if (moved !== undefined) return { ok: false, message: moved };
  const { editor, unsaved } = watched(world.ports.editor);
  const by = await world.by(track);
  const result = await resultOf({ editor, clock: () => world.ports.clock() }, track, act, by);
  if ('refused' in result) return { ok: false, message: result.refused.message };
  // The panel then shows what is on disk, never what was hoped for.
  await world.refresh();
  const names = [...new Set(result.files.map((file) => basename(file)))];
  return {
    ok: true,
    message: [
      result.why,
      names.length > 0
        ? `Written to ${names.join(' and ')}.`
        : 'The files say so already; nothing was written.',
      ...(unsaved.length > 0
        ? [
            `${[...new Set(unsaved.map((file) => basename(file)))].join(' and ')} has unsaved changes: save it, and the panel shows this.`,
          ]
        : []),
      ...result.warnings,
    ].join(' '),
  };
}

/** The editor, and which files it has changed only in an unsaved document. */
function watched(editor: Ports['editor']): { editor: Ports['editor']; unsaved: string[] } {
  const unsaved: string[] = [];
  return {
    unsaved,
    editor: {
      async edit(o) {
        const outcome = await editor.edit(o);
        if (!('refused' in outcome) && outcome.changed && outcome.where === 'buffer') unsaved.push(o.file);
        return outcome;
      },
      create: (o) => editor.create(o),
    },
  };
}

function resultOf(
  ports: BoardWorld['ports'],
  track: Track,
  act: BoardAct,
  name: string | undefined,
): Promise<TrackChangeResult> {
  const by = name === undefined ? {} : { by: name };
  switch (act.kind) {
    case 'castVote': {
      const { kind: _kind, token: _token, seen: _seen, ...vote } = act;
      return castVote(ports, track, { ...vote, ...by });
    }
    case 'addCondition': {
      const { kind: _kind, token: _token, ...condition } = act;
      return addCondition(ports, track, { ...condition, ...by });
    }
    case 'markCondition': {
      const { kind: _kind, token: _token, ...mark } = act;
      return markCondition(ports, track, { ...mark, ...by });
    }
    case 'resolveTie': {
      const { kind: _kind, token: _token, ...tie } = act;
      return resolveTie(ports, track, { ...tie, ...by });
    }
  }
}

/** Set when the vote is another than the form showed: nobody corrects what they have not seen. */
function movedVote(track: Track, act: Extract<BoardAct, { kind: 'castVote' }>): string | undefined {
  const shown = shownSessions(track).find(({ session }) => session.sessionId === act.sessionId);
  if (!shown) return undefined;
  const now = Object.entries(shown.session.votes).findLast(([key]) => nameOf(key) === act.director)?.[1]
    .verdict;
  if (now === act.seen) return undefined;
  const what = now === undefined ? `${act.director}’s vote is gone` : `${act.director} has voted ${now}`;
  return `${what} since this form was opened, so nothing was written. Close the form and look at the votes again.`;
}
