import path from 'node:path';
import { pictureOf } from '../../../src/panels/graph/picture';
import { graphModelOf } from '../../../src/panels/graphModel';
import { parsePlan } from '../../../src/files/planFile';
import { taskGraphOf } from '../../../src/rules/taskGraph';
import type { GraphModel } from '../../../src/shared/graphModel';
import { readConductor } from '../../../src/store/readConductor';
import { trackOf } from '../../unit/rules/builders';

/** Models of the Graph panel as the host makes them, from the sample and from plans of our own. */

const readAt = Date.UTC(2026, 9, 26, 14, 32, 8);

export async function sampleModel(id: string): Promise<GraphModel> {
  const { roots } = await readConductor({ folders: [path.resolve('sample')], archives: true });
  const track = roots[0]!.tracks.find((candidate) => candidate.id === id)!;
  return graphModelOf(track, { readAt, picture: pictureOf(taskGraphOf(track)) });
}

/** What a plan.md with this text shows. */
export function modelOfPlan(text: string, o: { before?: string } = {}): GraphModel {
  const track = trackOf({ plan: parsePlan(text) });
  const before = o.before === undefined ? undefined : trackOf({ plan: parsePlan(o.before) });
  const picture = pictureOf(taskGraphOf(track), before && pictureOf(taskGraphOf(before)));
  return graphModelOf(track, { readAt, picture });
}

/** A plan with a dag of so many tasks, `wide` side by side, each waiting for one to three of the row before. */
export function largePlan(count: number, wide = 20): string {
  const markers = ['x', '~', ' ', ' ', '!'];
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const dag: string[] = [];
  const boxes: string[] = [];
  for (let i = 0; i < count; i++) {
    const row = Math.floor(i / wide);
    const needs =
      row === 0
        ? []
        : [...new Set(Array.from({ length: 1 + random(3) }, () => `T${(row - 1) * wide + random(wide)}`))];
    dag.push(
      `    - id: "T${i}"`,
      `      name: "Task number ${i} of the large plan"`,
      `      files: ["src/module${i % 400}/file${i}.ts"]`,
      `      depends_on: [${needs.map((id) => `"${id}"`).join(', ')}]`,
      `      estimated_duration: "${15 + (i % 4) * 15}m"`,
    );
    const done = row < count / wide / 3;
    boxes.push(`- [${done ? 'x' : markers[random(5)]}] **Task T${i}:** Task number ${i} of the large plan`);
  }
  return [
    '# Large plan',
    '',
    '```yaml',
    'dag:',
    '  nodes:',
    ...dag,
    '```',
    '',
    '## Phase 1: All of it',
    '',
    ...boxes,
    '',
  ].join('\n');
}
