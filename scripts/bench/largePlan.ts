/** A plan.md with a dag of so many tasks, `wide` side by side, each waiting for one to three of the row before. */
export function largePlan(count: number, wide = 20): string {
  const markers = ['x', '~', ' ', ' ', '!'];
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const dag: string[] = [];
  const boxes: string[] = [];
  for (let i = 0; i < count; i++) {
    const row = Math.floor(i / wide);
    const needs =
      row === 0
        ? []
        : [...new Set(Array.from({ length: 1 + random(3) }, () => `T${(row - 1) * wide + random(wide)}`))];
    dag.push(
      `    - id: "T${i}"`,
      `      name: "Task number ${i} of the large plan"`,
      `      files: ["src/module${i % 400}/file${i}.ts"]`,
      `      depends_on: [${needs.map((id) => `"${id}"`).join(', ')}]`,
      `      estimated_duration: "${15 + (i % 4) * 15}m"`,
    );
    const done = row < count / wide / 3;
    boxes.push(`- [${done ? 'x' : markers[random(5)]!}] **Task T${i}:** Task number ${i} of the large plan`);
  }
  return [
    '# Large plan',
    '',
    '```yaml',
    'dag:',
    '  nodes:',
    ...dag,
    '```',
    '',
    '## Phase 1: All of it',
    '',
    ...boxes,
    '',
  ].join('\n');
}
