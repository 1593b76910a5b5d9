import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** The repository's root, absolute. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What tests and measurements leave behind (git-ignored): screenshots, logs, results. */
export const OUT = path.join(ROOT, 'out');

/** @param {...string} parts path below the repository's root */
export const inRoot = (...parts) => path.join(ROOT, ...parts);
