import { join } from 'node:path';
import { sessionPathIn, type JsonPath } from '../files/boardPaths';
import { jsonEdits, type JsonChange } from '../files/jsonEdit';
import { applyEdits } from '../files/textEdit';
import { directors, type BoardSession, type Director } from '../model/board';
import type { EditRefusal, EditResult } from '../model/edit';
import type { Metadata } from '../model/metadata';
import type { Track } from '../model/track';
import type { EditOutcome } from '../store/fileEditor';
import { editMetadata, touched } from './metadataEdit';
import type { Ports } from './ports';

/*
 * Where a board session is written down: its short form in metadata.json, and the files of the bus's board folder
 * while it runs there (FORMATS §4.10).
 */

/** A session as metadata.json has it now. */
export interface KeptSession {
  readonly metadata: Metadata;
  readonly session: BoardSession;
  readonly path: JsonPath;
  /** The session as parsed. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** One write of metadata.json that changes a session in it. Refuses `session-unknown` when it is there no more. */
export function editKeptSession(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  sessionId: string,
  at: string,
  change: (kept: KeptSession) => readonly JsonChange[] | { readonly refused: EditRefusal },
  signal?: AbortSignal,
): Promise<EditOutcome> {
  return editMetadata(
    ports,
    track,
    (metadata) => {
      const path = sessionPathIn(metadata.raw, sessionId);
      const session = metadata.boardSessions.find((candidate) => candidate.sessionId === sessionId);
      if (!path || !session) return { refused: unknownSession(sessionId) };
      const raw = path.reduce<unknown>(
        (value, key) => (value as Readonly<Record<string | number, unknown>>)[key],
        metadata.raw,
      ) as Readonly<Record<string, unknown>>;
      const changes = change({ metadata, session, path, raw });
      if ('refused' in changes) return changes;
      return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
    },
    signal ? { signal } : {},
  );
}

/** A change of one file of the bus's board folder. */
export interface BoardFileEdit {
  /** `votes.json`, `session-<id>.json` */
  readonly file: string;
  /** What a missing or empty file begins as; absent: a missing file is left missing. */
  readonly begin?: object;
  readonly changes: readonly JsonChange[];
}

/** Changes files of the bus's board folder, one after the other, and gives the answers in that order. */
export async function editBoardFiles(
  ports: Pick<Ports, 'editor'>,
  track: Track,
  edits: readonly BoardFileEdit[],
  signal?: AbortSignal,
): Promise<{ readonly file: string; readonly outcome: EditOutcome }[]> {
  const done: { readonly file: string; readonly outcome: EditOutcome }[] = [];
  if (!track.bus) return done;
  for (const edit of edits) {
    // An id that names another folder names no file of this one.
    if (/[\\/]/.test(edit.file)) continue;
    const file = join(track.bus.folder, 'board', edit.file);
    done.push({ file, outcome: await editBoardFile(ports, track.root, file, edit, signal) });
  }
  return done;
}

/** The file that holds a session on the bus. */
export function sessionFileName(sessionId: string): string {
  return `session-${sessionId}.json`;
}

/** The director that a person or a file means. */
export function directorOf(written: string): Director | undefined {
  return directors.find((name) => name === written.trim().toUpperCase());
}

export function unknownDirector(written: string): EditRefusal {
  return {
    code: 'director-unknown',
    message: `“${written.slice(0, 40)}” is no director: the board is ${directors.join(', ')}.`,
  };
}

export function unknownSession(sessionId: string): EditRefusal {
  return {
    code: 'session-unknown',
    message: `There is no board session “${sessionId.slice(0, 80)}” (any more). Look at the board again.`,
  };
}

/** One change of one file of a board's folder. Refuses what `jsonEdits` and the editor refuse. */
async function editBoardFile(
  ports: Pick<Ports, 'editor'>,
  root: string,
  file: string,
  edit: BoardFileEdit,
  signal: AbortSignal | undefined,
): Promise<EditOutcome> {
  const outcome = await ports.editor.edit({
    root,
    file,
    change: (text) => (text.trim() === '' && edit.begin ? begun(text, edit) : jsonEdits(text, edit.changes)),
    ...(signal ? { signal } : {}),
  });
  if (!('refused' in outcome) || outcome.refused.code !== 'file-missing') return outcome;
  // The bus keeps its session elsewhere, or nowhere yet: nothing there says anything else.
  if (!edit.begin) return { changed: false, where: 'disk' };
  const result = begun('', edit);
  return 'refused' in result
    ? result
    : ports.editor.create({ root, file, text: applyEdits('', result.edits) });
}

function begun(text: string, edit: BoardFileEdit): EditResult {
  const start = `${JSON.stringify(edit.begin, null, 2)}\n`;
  const result = jsonEdits(start, edit.changes);
  if ('refused' in result) return result;
  return { edits: [{ start: 0, end: text.length, text: applyEdits(start, result.edits) }] };
}
