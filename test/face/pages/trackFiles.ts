/** Files of tracks that are made up: large ones, and ones that mean harm. */

export function loopMetadata(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    version: 3,
    name: 'Made up',
    status: 'in_progress',
    loop_state: { current_step: 'EXECUTE', step_status: 'IN_PROGRESS', fix_cycle_count: 0, checkpoints: {} },
    ...more,
  });
}

export function largePlan(phases: number, tasks: number): string {
  return Array.from({ length: phases }, (_, p) =>
    [
      `## Phase ${String(p + 1)}: Part ${String(p + 1)} of the work`,
      '',
      ...Array.from({ length: tasks }, (__, t) => {
        const done = p * tasks + t < (phases * tasks) / 3;
        return `- [${done ? 'x' : ' '}] Task ${String(p + 1)}.${String(t + 1)}: Do the thing that is number ${String(t + 1)}`;
      }),
      '',
    ].join('\n'),
  ).join('\n');
}

const html =
  '<script>globalThis.harm=1</script><img src="https://example.com/x.png" onerror="harm()"><b style="color:red">bold</b>';
const rtl = 'שלום עולם مرحبا بالعالم \u202Eback\u202C';
const long = 'W'.repeat(500);
const text = (what: string): string => `${what} ${html} ${rtl} ${long}`;

export const hostileFiles: Readonly<Record<string, string>> = {
  'plan.md': [
    `# Plan ${html}`,
    `## Phase 1: ${text('phase')}`,
    `- [x] Task 1.1: ${text('task')} <!-- abc1234 -->`,
    `- [~] Task 1.2: ${text('task')}`,
    `  - [ ] ${text('sub-task')}`,
    `- [!] Task 1.3: ${text('task')}`,
    `  - Reason: ${text('reason')}`,
    `- [ ] Task 1.4: ![image](https://example.com/y.png) [link](javascript:alert(1)) \`code\``,
    `- [?] Task 1.5: ${rtl}`,
    `- [ ] ${'9'.repeat(300)}.1: number`,
  ].join('\n'),
  'spec.md': [
    `# ${text('spec')}`,
    html,
    '![image](https://example.com/z.png)',
    '<iframe src="https://example.com"></iframe>',
    `[x](javascript:alert(1)) [y](https://example.com "title") <https://example.com/auto>`,
    `| ${long} | b |\n|--:|---|\n| ${rtl} | ${html} |`,
    '```\n' + long + '\n```',
    `> ${text('quote')}`,
  ].join('\n\n'),
  'metadata.json': JSON.stringify({
    version: 3,
    name: text('name'),
    type: text('type'),
    priority: text('priority'),
    status: text('status'),
    loop_state: {
      current_step: 'EXECUTE',
      step_status: 'IN_PROGRESS',
      step_started_at: '2031-01-01T00:00:00Z',
      fix_cycle_count: 7,
      max_fix_cycles: 3,
      plan_revision_count: 1000000,
      checkpoints: {
        PLAN: {
          status: text('status'),
          agent: text('agent'),
          notes: text('notes'),
          started_at: text('time'),
          output_files: ['../../../../etc/passwd', text('file')],
        },
        EVALUATE_PLAN: { status: 'PASSED', verdict: 'FAIL', failure_reasons: [text('reason')] },
        EXECUTE: { status: 'IN_PROGRESS', last_commit: 'not a commit', last_task: text('task') },
        [text('STEP')]: { status: text('status'), agent: text('agent') },
      },
    },
    blockers: [{ id: text('id'), description: text('blocker'), status: 'ACTIVE', blocked_at: 'yesterday' }],
    board_conditions: [text('condition')],
    discovered_work: [text('found')],
    lead_consultations: [
      { lead: text('lead'), question: text('question'), escalated_to: 'user', timestamp: text('when') },
    ],
  }),
};
