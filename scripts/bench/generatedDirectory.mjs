import fs from 'node:fs';
import path from 'node:path';

/** As large as the largest real directory that is known: 460 plans with 8,600 tasks. */
export const GENERATED = { plans: 460, tasks: 8_600 };

/**
 * Writes a conductor directory of that size, the same each time.
 * @param {string} folder
 */
export function writeGeneratedDirectory(folder) {
  const root = path.join(folder, 'conductor');
  const rows = [];
  let tasks = 0;
  for (let i = 0; i < GENERATED.plans; i++) {
    const id = `feature-${String(i).padStart(3, '0')}_20260101`;
    const track = path.join(root, 'tracks', id);
    const count = Math.floor((GENERATED.tasks * (i + 1)) / GENERATED.plans) - tasks;
    tasks += count;
    const done = i % 4 === 0 ? count : i % (count + 1);
    fs.mkdirSync(track, { recursive: true });
    fs.writeFileSync(path.join(track, 'plan.md'), plan(i, count, done));
    fs.writeFileSync(
      path.join(track, 'spec.md'),
      `# Feature ${i}\n\n${'A sentence about what this is for. '.repeat(30)}\n`,
    );
    fs.writeFileSync(path.join(track, 'metadata.json'), metadata(id, i, done === count));
    rows.push(`| ${done === count ? '[x]' : '[~]'} | ${id} | Feature ${i} | feature |`);
  }
  fs.writeFileSync(
    path.join(root, 'tracks.md'),
    `# Tracks\n\n| Status | Track ID | Name | Type |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  );
}

/** @param {number} i @param {number} count @param {number} done */
function plan(i, count, done) {
  const lines = [`# Implementation Plan: Feature ${i}`, ''];
  for (let t = 0; t < count; t++) {
    if (t % 6 === 0) lines.push(`## Phase ${t / 6 + 1}: Part ${t / 6 + 1}`, '');
    lines.push(
      `- [${t < done ? 'x' : ' '}] Task ${t + 1}: Do the next small thing in its place${t < done ? ' <!-- commit: abc1234 -->' : ''}`,
      `  - Files: \`src/feature-${i}/part-${t}.ts\``,
      '  - Acceptance: it works, it is tested, and the page says so',
    );
    if (t % 6 === 5) lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

/** @param {string} id @param {number} i @param {boolean} done */
function metadata(id, i, done) {
  return `${JSON.stringify(
    {
      version: 3,
      track_id: id,
      name: `Feature ${i}`,
      type: 'feature',
      status: done ? 'complete' : 'in_progress',
      created_at: '2026-01-01T00:00:00Z',
      loop_state: {
        current_step: done ? 'COMPLETE' : 'EXECUTE',
        step_status: 'IN_PROGRESS',
        fix_cycle_count: 0,
      },
    },
    null,
    2,
  )}\n`;
}
