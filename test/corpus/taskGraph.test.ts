import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { taskGraphOf } from '../../src/rules/taskGraph';
import { layoutTaskGraph } from '../../src/rules/taskGraphLayout';
import { readConductor } from '../../src/store/readConductor';
import { corpusFolder, corpusMissing, corpusPresent } from './corpusFiles';

describe('task graphs of the corpus', function () {
  this.timeout(600_000);

  if (!corpusPresent) {
    it(corpusMissing, () => undefined);
    return;
  }

  it('draw every task once, in a lane, with a reason where it does not go on; a dag block as it is written', async () => {
    const folders = readdirSync(corpusFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) =>
        readdirSync(join(corpusFolder, name)).map((repository) => join(corpusFolder, name, repository)),
      );
    let drawn = 0;
    let fromDag = 0;
    for (const folder of folders) {
      const { roots } = await readConductor({ folders: [folder], archives: true });
      for (const track of roots.flatMap((root) => [...root.tracks, ...(root.archive.tracks ?? [])])) {
        const graph = taskGraphOf(track);
        const where = `${folder} ${track.key}`;
        const ids = new Set(graph.nodes.map(({ id }) => id));
        assert.equal(ids.size, graph.nodes.length, where);
        assert.deepEqual(graph.lanes.flatMap(({ tasks }) => tasks).sort(), [...ids].sort(), where);
        for (const { state, blockedBy, ghost } of graph.nodes) {
          const held = ['waiting', 'blocked', 'failed'].includes(state) && ghost === undefined;
          assert.ok(!held || blockedBy.length > 0, where);
        }
        const real = graph.nodes.filter(({ ghost }) => ghost === undefined);
        const dag = track.plan?.dag;
        if (dag && dag.nodes.length > 0) {
          fromDag++;
          assert.equal(real.length, new Set(dag.nodes.map(({ id }) => id)).size, where);
          assert.deepEqual(graph.missing, [], where);
        } else assert.equal(real.length, track.progress.total, where);
        const layout = layoutTaskGraph(graph);
        assert.equal(layout.edges.length, graph.edges.length, where);
        drawn += graph.nodes.length;
      }
    }
    assert.ok(drawn > 1_000 && fromDag > 0, `${drawn} tasks, ${fromDag} dags`);
  });
});
