/** Texts of the files in a new conductor directory. Headings and tables are those that spec 003's programs look for. */

export function indexText(project: string, date: string): string {
  return `# Conductor: ${project}

**Last Updated:** ${date}

## Current Focus

No active track.

## Recent Completions

None yet.

## System Health

- Tracks and their state: [tracks.md](./tracks.md)
- How a track is worked on: [workflow.md](./workflow.md)
- Who may decide what: [authority-matrix.md](./authority-matrix.md)
- What was decided: [decision-log.md](./decision-log.md)
- What was learnt: [patterns](./knowledge/patterns.md), [errors](./knowledge/errors.json)
`;
}

export function workflowText(): string {
  return `# Workflow: the evaluate-loop

Every track goes through one loop. Its state stands in the track's \`metadata.json\` under \`loop_state\`; its work stands
in \`plan.md\`. Both are kept up to date while the work goes on, so that anybody can go on from exactly there.

## Rules

1. Change \`plan.md\` as soon as a task begins, ends or gets stuck.
2. No track skips a step of the loop.
3. A track is complete only after its execution was evaluated and passed.
4. Decisions about product, prices or models reach the business documents before the track is complete.
5. After each change of code the tests run, and nothing is committed while one fails.

## Steps

| Step | What happens | Passed | Failed |
|------|--------------|--------|--------|
| \`PLAN\` | \`spec.md\` becomes tasks in \`plan.md\`, with a \`dag:\` block that says what depends on what | \`EVALUATE_PLAN\` | |
| \`EVALUATE_PLAN\` | Scope, overlap with other tracks, dependencies, feasibility and clarity are checked | \`EXECUTE\` | \`PLAN\` |
| \`EXECUTE\` | The tasks are done, one commit or more each; independent ones may run side by side | \`EVALUATE_EXECUTION\` | |
| \`EVALUATE_EXECUTION\` | Tests, deliverables, agreement with the plan, regressions and leftovers are checked | \`BUSINESS_SYNC\` or \`COMPLETE\` | \`FIX\` |
| \`FIX\` | What failed becomes tasks and is mended; after three cycles a person is asked | \`EVALUATE_EXECUTION\` | |
| \`BUSINESS_SYNC\` | Business documents follow what the track decided; skipped when nothing was | \`COMPLETE\` | |
| \`COMPLETE\` | \`metadata.json\`, \`tracks.md\` and \`index.md\` say so | | |

The status of a step is one of \`NOT_STARTED\`, \`IN_PROGRESS\`, \`PASSED\`, \`FAILED\`, \`BLOCKED\`, \`SKIPPED\`.

## Task markers in plan.md

| Box | Meaning | With it |
|-----|---------|---------|
| \`[ ]\` | not started | |
| \`[~]\` | in progress | |
| \`[x]\` | done | the commit as \`<!-- commit: abc1234 -->\`, and a line or two below on what was done |
| \`[!]\` | blocked | a note that says why |
| \`[-]\` | skipped | a note that says why |

## When a person is asked

- Three fix cycles did not help.
- A decision belongs to the user (see [authority-matrix.md](./authority-matrix.md)), or a lead passed it on.
- Something outside the project blocks the work.
- The loop went round fifty times.

## Commits

One line, \`type: what changed\`, where type is \`feat\`, \`fix\`, \`refactor\`, \`style\`, \`docs\` or \`chore\`. A completed
track ends with \`docs: complete <track> - evaluation passed\`.
`;
}

export function authorityMatrixText(): string {
  return `# Authority matrix

Who decides what while tracks are worked on. \`USER_ONLY\`: a person is asked. \`LEAD_CONSULT\`: the named lead decides within
the guardrails or passes it on. \`ORCHESTRATOR\`: decided on the spot. Change a row to change the rule for this project.

### Budget & Cost

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| Running costs rise by more than $50 a month | USER_ONLY | — | — |
| A paid service is added | USER_ONLY | — | — |
| Running costs rise by less | LEAD_CONSULT | Tech | Say by how much |
| Costs are brought down | LEAD_CONSULT | Tech | Behaviour stays the same |

### Scope & Features

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| A feature is added, removed or put off | USER_ONLY | — | — |
| A deliverable is defined anew | USER_ONLY | — | — |
| The spec can be read in two ways | LEAD_CONSULT | Product | The reading closest to its goal |
| Order of tasks within a phase | LEAD_CONSULT | Product | Dependencies hold |
| Edge cases and defaults | LEAD_CONSULT | Product | Written into the spec |

### Architecture

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| A pattern that is new to the project | USER_ONLY | — | — |
| A public interface breaks | USER_ONLY | — | — |
| A change reaches into another track | USER_ONLY | — | — |
| A data schema breaks | USER_ONLY | — | — |
| A known pattern is applied | LEAD_CONSULT | Architecture | There is an example in the code |
| Where components and folders go | LEAD_CONSULT | Architecture | As the neighbours do |
| A schema gains something | LEAD_CONSULT | Architecture | Old data stays valid |
| Boundaries of a module | ORCHESTRATOR | — | — |

### Dependencies

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| A runtime dependency of more than 50 KB (gzip) | USER_ONLY | — | — |
| A dependency is removed or gets a new major version | USER_ONLY | — | — |
| A smaller runtime dependency | LEAD_CONSULT | Tech | Maintained, licence fits |
| A development dependency | LEAD_CONSULT | Tech | — |

### Quality

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| Tests of business rules or security are left out | USER_ONLY | — | — |
| Coverage falls below the minimum | USER_ONLY | — | — |
| Work goes on with a failing test | USER_ONLY | — | — |
| Thresholds, kinds of test, mocks | LEAD_CONSULT | QA | Never below the minimum |
| Where test files go | ORCHESTRATOR | — | — |

### Business & Pricing

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| Prices, tiers, what a tier holds | USER_ONLY | — | — |
| Personas and journeys | USER_ONLY | — | — |
| Anything that touches security or live data | USER_ONLY | — | — |

### Implementation

| Decision | Authority | Lead | Guardrails |
|----------|-----------|------|------------|
| Approach, types, helpers | LEAD_CONSULT | Tech | As the surrounding code does |
| Words of messages | LEAD_CONSULT | Product | The product's voice |
| Names in code | ORCHESTRATOR | — | — |
`;
}

export function decisionLogText(): string {
  return `# Decision log

Decisions that later work must know about, newest first.

## Format

\`\`\`markdown
### DECISION-XXX: <title>

- **Date:** YYYY-MM-DD
- **Track:** <track id>
- **Decision:** <what was decided>
- **Rationale:** <why>
- **Alternatives:** <what else was weighed>
- **Impact:** <what it changes>
\`\`\`

## Decisions
`;
}

export function patternsText(): string {
  return `# Patterns

What turned out to work here, so that the next track need not find it again.

## Architecture Patterns

(add as discovered)

## Common Solutions

(add as discovered)

## Anti-patterns to Avoid

(add as discovered)
`;
}

/** What programs leave in a conductor directory while they work; a lock is a folder (store/lock.ts), so no Cargo.lock is meant. */
export function gitignoreText(): string {
  return `# Left here by running loops and edits, on this computer only: nothing to commit.
.message-bus/
*.lock/
.*.tmp
`;
}
