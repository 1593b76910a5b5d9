import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freshenSample } from '../sample-times.mjs';
import { inRoot } from './paths.mjs';
import { must } from './processes.mjs';

/**
 * A copy of a fixture in a temporary folder, a git repository with one commit, so that tests may do with it as they like.
 * @param {string | undefined} fixture below the root; undefined gives an empty folder and no workspace
 * @returns {Promise<{workspace: string | undefined, folder: string, remove: () => void}>} `workspace` is what VS Code opens
 */
export async function copyOfFixture(fixture) {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'conductor-test-')));
  const remove = () => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  if (fixture === undefined) return { workspace: undefined, folder: dir, remove };
  const folder = path.join(dir, path.basename(fixture));
  await copyAsRepository(inRoot(fixture), folder, { live: fixture === 'sample' });
  const file = fs.readdirSync(folder).find((f) => f.endsWith('.code-workspace'));
  return { workspace: file ? path.join(folder, file) : folder, folder, remove };
}

/**
 * Copies a project and makes the copy a git repository whose first commit holds all its files.
 * @param {string} from
 * @param {string} folder
 * @param {{live: boolean}} o `live`: message buses get times of just now, so that their workers are not all long dead
 */
export async function copyAsRepository(from, folder, o) {
  fs.cpSync(from, folder, { recursive: true, verbatimSymlinks: true });
  if (o.live) await freshenSample(folder);
  const git = /** @param {string[]} args */ (...args) =>
    must('git', 'git', ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.invalid', ...args], {
      cwd: folder,
      quiet: true,
      timeoutMs: 60_000,
    });
  await git('-c', 'init.defaultBranch=main', 'init', '-q');
  await git('-c', 'core.autocrlf=false', 'add', '-A', '-f');
  await git(
    '-c',
    'commit.gpgsign=false',
    'commit',
    '-q',
    '--no-verify',
    '--allow-empty',
    '-m',
    'The project as it was',
  );
}
