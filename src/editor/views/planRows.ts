import { l10n } from 'vscode';
import { markerWord } from '../../model/marker';
import type { CheckBox, Task } from '../../model/plan';
import type { Track } from '../../model/track';
import { markerIcon } from './icons';
import { plain } from './markdown';
import { idBelow, refOf, type RowNode, type TaskNode, type TracksNode } from './trackNodes';
import { progressText } from './words';

/** So many rows are shown at once below one parent: VS Code grows slow on thousands of siblings. */
const pageSize = 500;

/** The plan of a track: phases, tasks, sub-tasks, and the check boxes that are no tasks. */
export function planSection(track: Track): RowNode | undefined {
  const { plan } = track;
  const file = track.documents.plan;
  if (!plan || file === undefined) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'plan'),
    what: 'plan',
    track: refOf(track),
    label: l10n.t('Plan'),
    description: progressText(track.progress),
    icon: { id: 'checklist' },
    tooltip: () =>
      l10n.t(
        '{0}: {1} check boxes, {2} of them tasks.',
        plain(file),
        plan.checkboxes.total,
        plan.checkboxes.tasks,
      ),
    place: { file },
    children: () => {
      const rows: TracksNode[] = [];
      for (const phase of plan.phases) {
        // Tasks before any phase heading need no level of their own.
        if (phase.name === '' && phase.number === undefined && phase.heading === '') {
          rows.push(...taskRows(track, file, phase.tasks, idBelow(track, 'plan', phase.key)));
        } else {
          rows.push({
            kind: 'phase',
            id: idBelow(track, 'plan', phase.key),
            track: refOf(track),
            file,
            phase,
          });
        }
      }
      const elsewhere = elsewhereRow(track, file, plan.elsewhere);
      return elsewhere ? [...rows, elsewhere] : rows;
    },
  };
}

/** Rows for tasks, paged when there are very many. */
export function taskRows(
  track: Track,
  file: string,
  tasks: readonly Task[],
  idPrefix: string,
): readonly TracksNode[] {
  const row = (task: Task): TaskNode => ({
    kind: 'task',
    id: idBelow(track, 'task', task.id),
    track: refOf(track),
    file,
    task,
  });
  if (tasks.length <= pageSize) return tasks.map(row);
  const pages: RowNode[] = [];
  for (let start = 0; start < tasks.length; start += pageSize) {
    const page = tasks.slice(start, start + pageSize);
    pages.push({
      kind: 'row',
      id: `${idPrefix}\u001fpage\u001f${start}`,
      what: 'page',
      track: refOf(track),
      label: l10n.t('Tasks {0} to {1}', start + 1, start + page.length),
      description: `${page.filter((task) => task.marker === 'done').length}/${page.length}`,
      icon: { id: 'checklist' },
      children: () => page.map(row),
    });
  }
  return pages;
}

function elsewhereRow(track: Track, file: string, boxes: readonly CheckBox[]): RowNode | undefined {
  if (boxes.length === 0) return undefined;
  return {
    kind: 'row',
    id: idBelow(track, 'plan', 'elsewhere'),
    what: 'elsewhere',
    track: refOf(track),
    label: l10n.t('Other Check Boxes'),
    description: String(boxes.length),
    icon: { id: 'list-unordered' },
    tooltip: () =>
      l10n.t(
        'Check boxes of plan.md that are no tasks: acceptance criteria, deliverables, reports, … They do not count as progress.',
      ),
    children: () =>
      boxes.slice(0, pageSize).map((box) => ({
        kind: 'row',
        id: idBelow(track, 'plan', 'elsewhere', box.line, box.text),
        what: 'checkBox',
        track: refOf(track),
        label: box.text,
        description: box.under,
        icon: markerIcon(box.marker),
        state: markerWord[box.marker],
        place: { file, line: box.line },
      })),
  };
}
