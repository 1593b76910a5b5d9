import { join } from 'node:path';
import { parseQuestions, type QuestionsReading } from '../../files/questionsFile';
import type { Track } from '../../model/track';
import { readText } from '../../store/readText';

export type QuestionsOnDisk = QuestionsReading & {
  readonly text?: string;
  /** Why the file cannot be read at all, in a sentence with its path. */
  readonly unreadable?: string;
};

/** Absolute path of the file that agents of a track write their questions to. */
export function questionsFileOf({ folder, root }: Pick<Track, 'folder' | 'root'>): string {
  return join(folder ?? root, 'questions.json');
}

/**
 * questions.json of a track, contained, a regular file, and of a size that can be read; one that is not there holds no
 * questions. `before`: an earlier reading, given back when the file says the same.
 */
export async function readQuestions(
  track: Pick<Track, 'folder' | 'root'>,
  before?: QuestionsOnDisk,
): Promise<QuestionsOnDisk> {
  const read = await readText(track.root, questionsFileOf(track));
  if ('missing' in read) return { questions: [] };
  if ('problem' in read) return { questions: [], unreadable: read.problem };
  return before && before.text === read.text ? before : { ...parseQuestions(read.text), text: read.text };
}
