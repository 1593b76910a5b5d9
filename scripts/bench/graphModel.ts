// The model of a large graph as the host makes it: `node graphModel.js TASKS FILE`; writes it, and the times as JSON to stdout.
import fs from 'node:fs';
import { parsePlan } from '../../src/files/planFile';
import { pictureOf } from '../../src/panels/graph/picture';
import { graphModelOf } from '../../src/panels/graphModel';
import { taskGraphOf } from '../../src/rules/taskGraph';
import { trackOf } from '../../test/unit/rules/builders';
import { largePlan } from './largePlan';

const [count = '', file = ''] = process.argv.slice(2);
const tasks = Number(count);
const text = largePlan(tasks, tasks > 2_000 ? 100 : 20);
const track = trackOf({ plan: parsePlan(text) });

function timed<T>(work: () => T): { value: T; ms: number } {
  const from = performance.now();
  const value = work();
  return { value, ms: performance.now() - from };
}

// The first one is spent compiling.
let ms = { graph: 0, layout: 0, model: 0 };
let json = '';
for (let i = 0; i < 3; i++) {
  const graph = timed(() => taskGraphOf(track));
  const picture = timed(() => pictureOf(graph.value));
  const model = timed(() => graphModelOf(track, { readAt: 1, picture: picture.value }));
  ms = { graph: graph.ms, layout: picture.ms, model: model.ms };
  json = JSON.stringify(model.value);
}
fs.writeFileSync(file, json);
process.stdout.write(JSON.stringify({ ...ms, bytes: json.length }));
