import { findNodeAtLocation } from 'jsonc-parser';
import { join } from 'node:path';
import type * as z from 'zod';
import { lineColumn, readJson, treeOf } from '../files/jsonText';
import type { Problem, TextProblem } from '../model/problem';
import { conductorConfigSchema, knownErrorsSchema, setupStateSchema } from '../model/schemas/projectState';
import { containedPath } from '../store/contain';
import { DiskView, type TextFormat } from '../store/diskView';
import { readingDisk } from '../store/readingDisk';

/** JSON files of a conductor directory that belong to no track (FORMATS §4.1, §4.15, §5.1), and their schemas. */
const projectFiles: Readonly<Record<string, TextFormat<readonly TextProblem[]>>> = {
  'config.json': formatOf('config', conductorConfigSchema),
  'setup_state.json': formatOf('setup state', setupStateSchema),
  'knowledge/errors.json': formatOf('known errors', knownErrorsSchema),
};

/**
 * What is wrong with the project's own JSON files: only `validate` asks, so no snapshot carries it. A file that is not
 * there is no problem.
 *
 * @param root Absolute path of the conductor directory.
 */
export async function projectFileProblems(root: string): Promise<Problem[]> {
  const disk = new DiskView(readingDisk, [await readingDisk.realPath(root)]);
  const problems: Problem[] = [];
  for (const [path, format] of Object.entries(projectFiles)) {
    const file = join(root, path);
    if ((await containedPath(root, path)) === undefined) {
      problems.push({
        file,
        severity: 'error',
        code: 'link-astray',
        message: `${path} is a link that leads out of ${root} or nowhere, so it was not read.`,
      });
      continue;
    }
    const reading = await disk.read(file, format);
    if (reading.state === 'failed') problems.push(reading.problem);
    if (reading.state === 'read') problems.push(...reading.value.map((problem) => ({ ...problem, file })));
  }
  return problems;
}

function formatOf(name: string, schema: z.ZodType): TextFormat<readonly TextProblem[]> {
  return { name, parse: (text) => jsonProblems(text, schema) };
}

function jsonProblems(text: string, schema: z.ZodType): TextProblem[] {
  const read = readJson(text);
  if (read.problem) return [read.problem];
  const result = schema.safeParse(read.value);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    line: lineOf(text, issue.path),
    severity: 'warning',
    code: 'schema',
    message: `${issue.path.map(String).join('.') || 'The value'} does not fit the schema: ${issue.message}.`,
  }));
}

/** Line of the value at a path, or of the nearest value around it. */
function lineOf(text: string, path: readonly PropertyKey[]): number {
  const tree = treeOf(text);
  const keys = path.map((key) => (typeof key === 'number' ? key : String(key)));
  for (let length = keys.length; tree && length > 0; length--) {
    const node = findNodeAtLocation(tree, keys.slice(0, length));
    if (node) return lineColumn(text, node.offset).line;
  }
  return 1;
}
