/**
 * One of the processes of races.test.ts, bundled and started as plain node: marks its own tasks of a plan, round after
 * round, and prints a line of JSON for each edit.
 */
import { habitsOf, markTaskEdits } from '../../../src/files/planEdit';
import { parsePlan } from '../../../src/files/planFile';
import { markerCharacter, type SettableMarker } from '../../../src/model/marker';
import { DiskFileEditor } from '../../../src/store/fileEditor';
import { raceCommit, raceRounds, type RaceEdit } from './raceRounds';

const [root = '', file = '', worker = '', tasks = '0'] = process.argv.slice(2);

async function work(): Promise<void> {
  // Ten processes take their turn; that one of them waits long is no failure here.
  const editor = new DiskFileEditor({ lockWaitMs: 100_000 });
  const made = new Map<string, SettableMarker>();
  for (const [round, marker] of raceRounds.entries()) {
    for (let n = 1; n <= Number(tasks); n++) {
      const taskId = `${worker}.${n}`;
      const commit = marker === 'done' ? { commit: raceCommit(taskId) } : {};
      const outcome = await editor.edit({
        root,
        file,
        change: (text) => {
          const plan = parsePlan(text);
          const habits = habitsOf([{ text, plan }], 'evaluate-loop');
          return markTaskEdits(text, plan, { taskId, marker, ...commit }, habits);
        },
      });
      const edit: RaceEdit = {
        taskId,
        round,
        refused: 'refused' in outcome ? outcome.refused.code : undefined,
        expected: markerCharacter[made.get(taskId) ?? 'todo'],
        found: 'refused' in outcome ? undefined : boxOf(outcome.before ?? '', taskId),
        at: Number(process.hrtime.bigint() / 1000n),
      };
      if (edit.refused === undefined) made.set(taskId, marker);
      console.log(JSON.stringify(edit));
    }
  }
}

/** The character in the box of the task. */
function boxOf(text: string, taskId: string): string | undefined {
  const at = text.indexOf(`] Task ${taskId}:`);
  return at === -1 ? undefined : text[at - 1];
}

void work();
