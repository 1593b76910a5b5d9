// The scripted agent (test/agents), held at its start until a test lets it go: what is on screen can then be compared
// with files that stand still. It says in held/<id>.json of the project who waits, and goes when held/<id>.go is there, or
// held/all.go.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const env = process.env;
const id = env.CONDUCTOR_WORKER_ID ?? '';
const folder = path.join(env.CONDUCTOR_ROOT ?? '', 'held');
const card = path.join(folder, `${id}.json`);
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(
  `${card}.tmp`,
  JSON.stringify({
    id,
    role: env.CONDUCTOR_ROLE ?? '',
    task: env.CONDUCTOR_TASK ?? '',
    attempt: Number(env.CONDUCTOR_ATTEMPT ?? '1'),
    director: env.CONDUCTOR_DIRECTOR ?? '',
    phase: env.CONDUCTOR_BOARD_PHASE ?? '',
    pid: process.pid,
    since: new Date().toISOString(),
  }),
);
fs.renameSync(`${card}.tmp`, card);
while (!['all', id].some((name) => fs.existsSync(path.join(folder, `${name}.go`)))) await pause(50);
fs.rmSync(card);
await import('../agents/scripted.mjs');
