/** Small projects of our own making, as path → text. */
type Files = Record<string, string>;

export const loopPlan = `# Checkout — Execution Plan

## Context
- Track: checkout_20260110

## Dependency Graph

\`\`\`yaml
dag:
  nodes:
    - id: "1.1"
      name: "Cart store"
      type: "code"
      files: ["src/cart.ts"]
      depends_on: []
      phase: 1
    - id: "1.2"
      name: "Price rules"
      type: "code"
      files: ["src/price.ts"]
      depends_on: []
      phase: 1
  parallel_groups:
    - id: "pg-1"
      tasks: ["1.1", "1.2"]
      conflict_free: true
\`\`\`

## Phase 1: Foundations

- [x] Task 1.1: Cart store <!-- commit: abc1234 -->
  - Created src/cart.ts
- [~] Task 1.2: Price rules
  - [x] Rounding
  - [ ] Discounts

**Acceptance Criteria**
- [ ] Totals agree with the till

## Phase 2: Payment

- [ ] Task 2.1: Card form
- [!] Task 2.2: Bank transfer
  - Waiting for the bank's sandbox
- [ ] Task 2.3: Receipt

\`\`\`markdown
- [ ] Task 9.9: only an example
\`\`\`

## Plan Evaluation Report

**Track:** checkout_20260110

| Check | Status |
|---|---|
| Scope | PASS |
| Overlap | PASS |

### Verdict: PASS
`;

export function loopMetadata(id: string, over: { loop?: object; root?: object } = {}): string {
  return (
    JSON.stringify(
      {
        version: 3,
        track_id: id,
        name: 'Checkout',
        type: 'feature',
        status: 'in_progress',
        created_at: '2026-01-10',
        ...over.root,
        loop_state: {
          current_step: 'EXECUTE',
          step_status: 'IN_PROGRESS',
          fix_cycle_count: 1,
          max_fix_cycles: 3,
          checkpoints: {
            PLAN: { status: 'PASSED', agent: 'loop-planner' },
            EVALUATE_PLAN: { status: 'PASSED', verdict: 'PASS' },
            EXECUTE: { status: 'IN_PROGRESS', last_task: 'Task 1.1' },
          },
          ...over.loop,
        },
      },
      undefined,
      2,
    ) + '\n'
  );
}

export const registry = `# Tracks

## Active Tracks

| Track ID | Name | Type | Status | Step | Created |
|---|---|---|---|---|---|
| checkout_20260110 | Checkout | feature | in_progress | EXECUTE | 2026-01-10 |
| search_20260112 | Search | feature | new | NOT_STARTED | 2026-01-12 |

## Completed Tracks

| Track ID | Name | Completed | Summary |
|---|---|---|---|
`;

/** One evaluate-loop root: a running track, a Google-style one without metadata, an archived one. */
export const shop: Files = {
  'conductor/tracks.md': registry,
  'conductor/workflow.md': '# Workflow\n',
  'conductor/tracks/checkout_20260110/spec.md': '# Checkout\n\n## Goal\nPeople can pay.\n',
  'conductor/tracks/checkout_20260110/plan.md': loopPlan,
  'conductor/tracks/checkout_20260110/metadata.json': loopMetadata('checkout_20260110'),
  'conductor/tracks/search_20260112/spec.md': '# Search\n',
  'conductor/tracks/search_20260112/plan.md':
    '# Search\n\n## Phase 1: Index\n\n- [ ] Task: Build the index\n- [ ] Task: Rank results\n- [ ] Task: Rank results\n',
  'conductor/archive/login_20251201/plan.md': '# Login\n\n## Phase 1: Form\n\n- [x] Task 1.1: Form\n',
  'conductor/archive/login_20251201/metadata.json': JSON.stringify({
    track_id: 'login_20251201',
    type: 'feature',
    status: 'completed',
    created_at: '2025-12-01',
  }),
};

/** A Google-style root, nothing else. */
export const google: Files = {
  'conductor/product.md': '# Product\n',
  'conductor/tracks.md':
    '# Project Tracks\n\nThis file tracks all major tracks for the project.\n\n---\n\n- [~] **Track: Dark mode**\n  *Link: [./tracks/dark_mode_20260201/](./tracks/dark_mode_20260201/)*\n',
  'conductor/tracks/dark_mode_20260201/plan.md':
    '# Plan\n\n## Phase 1: Colours [checkpoint: 1234567]\n\n- [x] Task: Pick colours [abcdef1]\n    - [x] Ask the designer\n- [ ] Task: Apply them\n    - [ ] Sub-task: Header\n    - [ ] Sub-task: Footer\n',
  'conductor/tracks/dark_mode_20260201/metadata.json': JSON.stringify({
    track_id: 'dark_mode_20260201',
    type: 'feature',
    status: 'in_progress',
    created_at: '2026-02-01T09:00:00Z',
    updated_at: '2026-02-01T09:00:00Z',
    description: 'Dark mode',
  }),
};

/** The same files below another folder. */
export function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}
