import os from 'node:os';

/** Each is measured so often; the best counts, because other programs only ever make it slower. */
const TIMES = 3;

/**
 * Running the loop: workers in parallel, a long message bus, and views that follow a busy one. Not of one machine alone:
 * each row names the load at its time.
 * @param {(script: string, ...args: string[]) => Promise<any>} measure
 * @returns {Promise<{ name: string, value: number, unit: string, budget?: number, note?: string }[]>}
 */
export async function runRows(measure) {
  return [...(await parallelRows(measure)), ...(await queueRows(measure)), ...(await liveRows(measure))];
}

/** @param {(script: string, ...args: string[]) => Promise<any>} measure */
async function parallelRows(measure) {
  const runs = await several(() => measure('parallelRun.js', '200'));
  const bare = Math.min(...runs.map(({ bareCpuMs }) => bareCpuMs));
  const name = 'EXECUTE of 200 tasks, 5 instant agents at once';
  return [
    {
      name: `${name}: processor time a task`,
      value: Math.min(...runs.map(({ cpuMs }) => cpuMs)),
      unit: 'ms',
      budget: 20,
      note: `all threads of our process, its start and ${bare.toFixed(1)} ms for starting the process included; ${load()}`,
    },
    {
      name: `${name}: a task`,
      value: Math.min(...runs.map(({ wallMs }) => wallMs)),
      unit: 'ms',
      note: `by the clock, synced to the disk; ${load()}`,
    },
  ];
}

/** @param {(script: string, ...args: string[]) => Promise<any>} measure */
async function queueRows(measure) {
  const runs = await several(() => measure('longQueue.js', '1000000'));
  const [{ megabytes, lineBytes, appendBytes }] = runs;
  const name = 'queue.jsonl of 1,000,000 lines';
  return [
    {
      name: `${name}: opened`,
      value: Math.min(...runs.map(({ openMs }) => openMs)),
      unit: 'ms',
      budget: 2_000,
      note: `${megabytes.toFixed(0)} MB; ${Math.min(...runs.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms of processor time; ${load()}`,
    },
    {
      name: `${name}: one line more`,
      value: median(runs.flatMap(({ appendMs }) => appendMs)),
      unit: 'ms',
      note: `${appendBytes} bytes read for a line of ${lineBytes}`,
    },
  ];
}

/** @param {(script: string, ...args: string[]) => Promise<any>} measure */
async function liveRows(measure) {
  const control = await measure('liveBus.js', '0', '5');
  const rows = [];
  for (const [rate, words] of /** @type {const} */ ([
    ['2.5', '50 messages a second in all'],
    ['50', '50 messages a second each'],
  ])) {
    const runs = await several(() => measure('liveBus.js', rate, '8'));
    const best = runs.reduce((a, b) => (b.workMs < a.workMs ? b : a));
    const wall = Math.min(...runs.map(({ longestMs }) => longestMs));
    rows.push({
      name: `20 workers, ${words}: longest stretch of the host`,
      value: best.workMs,
      unit: 'ms',
      budget: 50,
      note: [
        `processor time, all views and two panels open`,
        `${best.linesASecond.toFixed(0)} lines and ${best.changesASecond.toFixed(1)} changes a second, ${best.cpuPercent.toFixed(0)} % of a processor`,
        `by the clock ${wall.toFixed(0)} ms, 99 % below ${best.p99Ms.toFixed(0)}; ${control.longestMs.toFixed(0)} when nothing happens`,
        load(),
      ].join('; '),
    });
  }
  return rows;
}

/**
 * @param {() => Promise<any>} measure
 * @returns {Promise<any[]>}
 */
async function several(measure) {
  const runs = [];
  for (let i = 0; i < TIMES; i++) runs.push(await measure());
  return runs;
}

function load() {
  return `load ${os.loadavg()[0]?.toFixed(1)} on ${os.cpus().length} processors`;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}
