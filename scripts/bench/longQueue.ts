// A queue.jsonl of many lines, opened and then added to: `node longQueue.js LINES`; the result is JSON on stdout.
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadingDisk } from '../../src/store/disk';
import { ConductorReader } from '../../src/store/conductorReader';
import { readingDisk } from '../../src/store/readingDisk';
import { messageLine } from './messageLine';

const count = Number(process.argv[2]);

const folder = mkdtempSync(join(tmpdir(), 'conductor-bench-'));
void measure()
  .then((result) => process.stdout.write(JSON.stringify(result)))
  .finally(() => rmSync(folder, { recursive: true, force: true }));

async function measure(): Promise<unknown> {
  const track = join(folder, 'conductor', 'tracks', 'busy_20260101');
  const queue = join(track, '.message-bus', 'queue.jsonl');
  mkdirSync(join(track, '.message-bus'), { recursive: true });
  writeFileSync(join(folder, 'conductor', 'tracks.md'), '# Tracks\n');
  writeFileSync(join(track, 'plan.md'), '# Plan\n\n## Phase 1: All\n\n- [ ] Task 1.1: All of it\n');
  const file = openSync(queue, 'w');
  const many = 10_000;
  for (let i = 0; i < count; i += many) {
    const lines = Array.from({ length: Math.min(many, count - i) }, (_, k) => messageLine(i + k));
    writeSync(file, lines.join(''));
  }
  closeSync(file);

  let bytes = 0;
  const counting: ReadingDisk = {
    ...readingDisk,
    async readPart(path, position, length) {
      const part = await readingDisk.readPart(path, position, length);
      bytes += part.length;
      return part;
    },
  };
  const reader = new ConductorReader({ folders: [folder], extraRoots: [] }, counting);
  await reader.search();
  const from = performance.now();
  const cpu = process.cpuUsage();
  await reader.read(() => true, undefined);
  const openMs = performance.now() - from;
  const used = process.cpuUsage(cpu);
  const bus = () => reader.snapshot.roots[0]?.tracks[0]?.bus;
  if (bus()?.messageCount !== count) throw new Error(`${bus()?.messageCount} of ${count} lines were counted`);

  const appends: { ms: number; bytes: number }[] = [];
  const line = messageLine(count);
  for (let i = 1; i <= 50; i++) {
    appendFileSync(queue, line);
    bytes = 0;
    const begin = performance.now();
    reader.expire(new Set([queue]));
    await reader.read(() => true, undefined);
    appends.push({ ms: performance.now() - begin, bytes });
    if (bus()?.messageCount !== count + i) throw new Error('an added line was not read');
  }
  return {
    openMs,
    cpuMs: (used.user + used.system) / 1000,
    megabytes: statSync(queue).size / 1e6,
    lineBytes: Buffer.byteLength(line),
    appendMs: appends.map(({ ms }) => ms),
    appendBytes: Math.max(...appends.map((one) => one.bytes)),
  };
}
