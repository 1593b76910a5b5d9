import { markTask } from '../../engine/markTask';
import { parsePlan } from '../../files/planFile';
import { reportVersion } from '../../engine/statusReport';
import type { EditRefusal } from '../../model/edit';
import { settableMarkers } from '../../model/marker';
import type { Task } from '../../model/plan';
import type { Command } from '../command';
import { exitCode } from '../exitCode';
import { NegativeAnswer, UsageError } from '../failure';
import { portsFor } from '../nodePorts';
import { nearest } from '../parseCall';
import { readTrack } from '../readFolder';
import { pathFrom } from '../selectTrack';
import { printable } from '../text';

export const mark: Command = {
  name: 'mark',
  takes: `<track> <task> <${settableMarkers.join('|')}>`,
  summary: 'Set the marker of a task in plan.md',
  details: [
    '<task> is an id as `conductor show <track>` prints it.',
    'Without --commit and --note only the marker character changes, so that marking back restores the file.',
    'done is refused while sub-tasks are open, unless --force says otherwise.',
  ],
  arguments: { least: 3, most: 3 },
  options: {
    commit: { type: 'string', value: 'sha', help: "Commit to name on the task line, in the file's own form" },
    note: { type: 'string', value: 'text', help: 'Summary of what was done, or why the task is blocked' },
    force: { type: 'boolean', help: 'Mark done although sub-tasks are open' },
  },
  async run(call) {
    const [trackWord = '', taskId = '', markerWord = ''] = call.arguments;
    const marker = settableMarkers.find((known) => known === markerWord.toLowerCase());
    if (!marker) throw unknownMarker(markerWord);
    const commit = checkedCommit(call.text('commit'));
    const { track } = await readTrack(call, trackWord);
    const outcome = await markTask(portsFor(call), track, {
      taskId,
      marker,
      commit,
      note: call.text('note'),
      force: call.flag('force'),
    });
    if ('refused' in outcome) throw refusal(outcome.refused);

    const file = track.documents.plan ?? '';
    // As the edit saw the file, which may be newer than what was read before.
    const plan = outcome.before === undefined ? track.plan : parsePlan(outcome.before);
    const task = findTask(plan?.phases.flatMap((phase) => phase.tasks) ?? [], taskId);
    if (call.json) {
      call.output.document({
        version: reportVersion,
        track: track.id,
        task: taskId,
        marker,
        before: task?.marker ?? null,
        file,
        line: task?.line ?? null,
        changed: outcome.changed,
      });
    } else {
      const place = `${pathFrom(call.folder, file)}${task ? `:${task.line}` : ''}`;
      const said = task && task.marker !== marker ? `${task.marker} → ${marker}` : `already ${marker}`;
      const also = outcome.changed && task?.marker === marker ? ', commit or note added' : '';
      call.output.lines([printable(`${track.id} ${taskId}: ${said}${also}  (${place})`)]);
    }
    return exitCode.fine;
  },
};

function refusal({ code, message }: EditRefusal): NegativeAnswer {
  const way = code === 'sub-tasks-open' ? ' Or mark the task all the same, with --force.' : '';
  return new NegativeAnswer(code, message + way);
}

function unknownMarker(word: string): UsageError {
  const near = nearest(word.toLowerCase(), settableMarkers);
  return new UsageError(
    `"${word}" is no marker. Markers are: ${settableMarkers.join(', ')}.`,
    near ? `Did you mean ${near}?` : undefined,
  );
}

/** A commit goes into a comment on the task line: anything but a plain word could break out of it. */
function checkedCommit(commit: string | undefined): string | undefined {
  if (commit === undefined || /^[0-9A-Za-z][\w./-]*$/.test(commit)) return commit;
  throw new UsageError(`"${commit}" is no commit.`, 'Give a sha such as abc1234.');
}

function findTask(tasks: readonly Task[], id: string): Task | undefined {
  for (const task of tasks) {
    const found = task.id === id ? task : findTask(task.tasks, id);
    if (found) return found;
  }
  return undefined;
}
