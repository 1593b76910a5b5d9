// The plan that a scripted planner writes: eight tasks in three parallel groups, or the first of them.

/** @type {readonly [id: string, name: string, type: string, file: string, dependsOn: readonly string[]][]} */
const allTasks = [
  ['1.1', 'Entry store', 'code', 'src/guestbook/store.mjs', []],
  ['1.2', 'Entry rules', 'code', 'src/guestbook/rules.mjs', []],
  ['1.3', 'Entry form', 'ui', 'src/guestbook/form.mjs', []],
  ['2.1', 'Save an entry', 'integration', 'src/guestbook/save.mjs', ['1.1', '1.2']],
  ['2.2', 'List of entries', 'ui', 'src/guestbook/list.mjs', ['1.1', '1.3']],
  ['2.3', 'Spam filter', 'code', 'src/guestbook/spam.mjs', ['1.2']],
  ['3.1', 'Tests of the whole page', 'test', 'test/guestbook.test.mjs', ['2.1', '2.2', '2.3']],
  ['3.2', 'Guide for visitors', 'docs', 'docs/guestbook.md', ['2.2']],
];
const allPhases = ['Foundations', 'Behaviour', 'Proof'];

/** @param {readonly string[]} items */
const list = (items) => `[${items.map((item) => `"${item}"`).join(', ')}]`;

/**
 * @param {string} track @param {number} revision counted from 1
 * @param {string} answers time of the evaluation that it answers
 * @param {number} [count] of phases
 */
export function guestbookPlan(track, revision, answers, count = allPhases.length) {
  const phases = allPhases.slice(0, count);
  const tasks = allTasks.filter(([id]) => Number(id[0]) <= count);
  const nodes = tasks.map(
    ([id, name, type, file, dependsOn]) => `    - id: "${id}"
      name: "${name}"
      type: "${type}"
      files: ["${file}"]
      depends_on: ${list(dependsOn)}
      phase: ${id[0]}
      acceptance: "${file} exists and says what ${name.toLowerCase()} does"`,
  );
  const groups = phases.map((_, i) => {
    const ids = tasks.map(([id]) => id).filter((id) => id.startsWith(`${i + 1}.`));
    return `    - id: "pg-${i + 1}"\n      tasks: ${list(ids)}\n      conflict_free: true`;
  });
  const work = phases.map((name, i) => {
    const own = tasks.filter(([id]) => id.startsWith(`${i + 1}.`));
    const lines = own.map(([id, title, , file]) => `- [ ] Task ${id}: ${title}\n  - Files: \`${file}\``);
    return `## Phase ${i + 1}: ${name}\n\n${lines.join('\n')}`;
  });
  return `# Guest book — Execution Plan

## Context

- Track: ${track}
- Revision: ${revision}${answers === '' ? '' : ` (answers the evaluation of ${answers})`}

## Dependency Graph

\`\`\`yaml
dag:
  nodes:
${nodes.join('\n')}
  parallel_groups:
${groups.join('\n')}
\`\`\`

${work.join('\n\n')}
`;
}
