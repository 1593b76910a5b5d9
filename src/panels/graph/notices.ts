import { cappedProblems } from '../../model/problem';
import type { TaskGraph } from '../../rules/taskGraph';
import type { GraphNotice } from '../../shared/graphModel';
import type { Picture } from './picture';
import type { Indexed } from './indexed';
import { counted, textUpTo } from './texts';

/** Notices that are told one by one. */
const most = 40;

/** What is wrong with the graph: problems of the dag block; in a derived graph what plan.md's own words lead to. */
export function graphNotices(
  graph: TaskGraph,
  drawn: Picture['graph'],
  places: ReadonlyMap<string, number>,
  files: Indexed,
): GraphNotice[] {
  const told: GraphNotice[] = cappedProblems(graph.problems, 10).map(({ severity, message, line }) => ({
    tone: severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'info',
    text: textUpTo(message, 600),
    ...at(files, graph.file, line),
  }));
  const node = (id: string | undefined): { node?: number } => {
    const position = id === undefined ? undefined : places.get(id);
    return position === undefined ? {} : { node: position };
  };
  if (graph.source === 'derived') {
    for (const cycle of graph.cycles) {
      const path = cycle.length > 8 ? [...cycle.slice(0, 7), '…'] : cycle;
      told.push({
        tone: 'bad',
        text:
          cycle.length === 1
            ? `${cycle[0]!} depends on itself and can never start.`
            : `Tasks wait for each other in a circle: ${[...path, cycle[0]!].join(' → ')}. None of them can ever start.`,
        ...node(cycle[0]),
      });
    }
    for (const { id, neededBy, line } of graph.missing) {
      told.push({
        tone: 'warn',
        text: `${textUpTo(id, 100)} is no task of plan.md, though ${counted(neededBy.length, 'task')} ${neededBy.length === 1 ? 'waits' : 'wait'} for it: ${textUpTo(neededBy.slice(0, 5).join(', '), 200)}.`,
        ...at(files, graph.file, line),
        ...node(id),
      });
    }
  }
  if ('interleaved' in drawn) {
    const name = (id: string): string => textUpTo(drawn.boxes.get(id)?.name ?? id, 60);
    for (const circle of drawn.interleaved.slice(0, 5)) {
      told.push({
        tone: 'info',
        text: `${circle.slice(0, 6).map(name).join(' and ')} seem to wait for each other only because phases are drawn as one box: their tasks do not.`,
        ...node(circle[0]),
      });
    }
  }
  if (graph.notInDag.length > 0) {
    const names = graph.notInDag.slice(0, 5).map(({ id }) => textUpTo(id, 60));
    const more = graph.notInDag.length - names.length;
    told.push({
      tone: 'info',
      text: `${counted(graph.notInDag.length, 'task')} of plan.md ${graph.notInDag.length === 1 ? 'is' : 'are'} not in the dag block: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
      ...at(files, graph.file, graph.notInDag[0]?.line),
    });
  }
  if (told.length <= most) return told;
  return [
    ...told.slice(0, most),
    { tone: 'info', text: `${told.length - most} more of the kind; the problems of the track list them.` },
  ];
}

function at(files: Indexed, file: string | undefined, line: number | undefined): Pick<GraphNotice, 'at'> {
  const place = line === undefined ? undefined : files.place(file, line);
  return place ? { at: place } : {};
}
