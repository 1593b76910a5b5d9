/**
 * Layouts to measure: tasks, runs in one process, and what they may cost. elkjs overflows the stack at 10,000 tasks, and
 * takes seconds from 1,000 on; dagre takes half a minute at 1,000: they are measured as far as that is bearable.
 */
const PLAN = [
  { engine: 'ours', tasks: 100, runs: 25 },
  { engine: 'elkjs', tasks: 100, runs: 5 },
  { engine: 'dagre', tasks: 100, runs: 5 },
  { engine: 'ours', tasks: 1_000, runs: 25, budget: 20 },
  { engine: 'elkjs', tasks: 1_000, runs: 2 },
  { engine: 'ours', tasks: 3_000, runs: 15 },
  { engine: 'elkjs', tasks: 3_000, runs: 1 },
  { engine: 'ours', tasks: 10_000, runs: 15, budget: 200 },
];

/**
 * @param {(engine: string, tasks: string, runs: string) => Promise<{ ms: number[], edges: number, crossings?: number }>} measure
 *   one layout in a process of its own
 * @param {(numbers: readonly number[]) => number} median
 * @returns {Promise<{ name: string, value: number, unit: string, budget?: number, note: string }[]>}
 */
export async function layoutRows(measure, median) {
  const rows = [];
  for (const { engine, tasks, runs, budget } of PLAN) {
    const { ms, edges, crossings } = await measure(engine, String(tasks), String(runs));
    const first = ms[0] ?? NaN;
    // The first ones are spent compiling.
    const warm = ms.length > 3 ? ms.slice(Math.ceil(ms.length / 3)) : ms.slice(-1);
    rows.push({
      name: `layout of ${tasks.toLocaleString('en')} tasks: ${engine}`,
      value: median(warm),
      unit: 'ms',
      ...(budget === undefined ? {} : { budget }),
      note: [
        `${edges} dependencies`,
        ...(crossings === undefined ? [] : [`${crossings} crossings`]),
        ...(ms.length > 1 ? [`${first.toFixed(0)} ms for the first in a new process`] : ['one run']),
      ].join(', '),
    });
  }
  return rows;
}
