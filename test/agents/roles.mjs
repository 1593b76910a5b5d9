// What each scripted agent does, and leaves behind, when it works as it should or reports a failure (FORMATS §4.5 – §4.17).
import fs from 'node:fs';
import path from 'node:path';
import {
  answerFile,
  attempt,
  boardPhase,
  boardRound,
  conductorFolder,
  director,
  id,
  projectRoot,
  prompt,
  role,
  scenario,
  step,
  task,
  trackFolder,
  trackId,
} from './environment.mjs';
import { guestbookPlan } from './guestbookPlan.mjs';
import {
  changeMetadata,
  changePlan,
  commit,
  nodeOf,
  now,
  planFile,
  post,
  postEvent,
  readMetadata,
  readText,
  replace,
} from './trackFiles.mjs';

/** @typedef {import('./environment.mjs').Rule} Rule */

/** Facts of the track that rules may ask for. */
export function facts() {
  let fixCycles = 0;
  try {
    fixCycles = readMetadata().loop_state?.fix_cycle_count ?? 0;
  } catch {
    // Somebody's half-written file: then no rule that asks for it fits.
  }
  return { revision: revisionOf(readText(planFile)), fixCycles };
}

/** @param {string} plan */
const revisionOf = (plan) => Number(/^- Revision: (\d+)/m.exec(plan)?.[1] ?? '0');

/** Says how the run ended, on the last line. @param {boolean} passed @param {string} summary @param {number} files */
export function sayVerdict(passed, summary, files = 1) {
  const verdict = { verdict: passed ? 'PASS' : 'FAIL', summary, files_changed: files };
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}

/**
 * Where an agent that advances the loop by itself goes (spec 003, transition table).
 * @param {string} step @param {boolean} passed
 */
function nextStep(step, passed) {
  switch (step) {
    case 'PLAN':
      return passed ? 'EVALUATE_PLAN' : undefined;
    case 'EVALUATE_PLAN':
      return passed ? 'EXECUTE' : 'PLAN';
    case 'EXECUTE':
    case 'FIX':
      return passed ? 'EVALUATE_EXECUTION' : undefined;
    case 'EVALUATE_EXECUTION':
      return !passed ? 'FIX' : scenario.businessSync === false ? 'COMPLETE' : 'BUSINESS_SYNC';
    case 'BUSINESS_SYNC':
      return passed ? 'COMPLETE' : undefined;
    default:
      return undefined;
  }
}

/** Writes the checkpoint of the step. @param {boolean} passed @param {readonly string[]} reasons @param {object} [more] */
export function checkpoint(passed, reasons, more = {}) {
  const name = step === 'NOT_STARTED' || step === '' ? 'PLAN' : step;
  return changeMetadata((metadata) => {
    const loop = (metadata.loop_state ??= {});
    loop.checkpoints ??= {};
    const before = loop.checkpoints[name] ?? {};
    const at = now();
    delete before.failure_reasons;
    delete before.failure_items;
    loop.checkpoints[name] = {
      ...before,
      status: passed ? 'PASSED' : 'FAILED',
      started_at: before.started_at ?? at,
      completed_at: at,
      last_updated: at,
      ...(passed ? {} : { failure_reasons: reasons }),
      ...more,
    };
    const next = nextStep(name, passed);
    if (!scenario.advance || next === undefined) return;
    loop.current_step = next;
    loop.step_status = 'NOT_STARTED';
    if (next === 'FIX') loop.fix_cycle_count = (loop.fix_cycle_count ?? 0) + 1;
  });
}

/** @type {Record<string, (rule: Rule, passed: boolean) => Promise<void>>} */
const roles = {
  planner: async (rule, passed) => {
    const reasons = rule.reasons ?? ['The spec cannot be planned'];
    const checkpoints = readMetadata().loop_state?.checkpoints ?? {};
    const evaluated = checkpoints.EVALUATE_PLAN;
    const before = readText(planFile);
    // Asked again after a crash it must not count the same answer twice.
    const answers = evaluated?.status === 'FAILED' ? String(evaluated.completed_at ?? 'an evaluation') : '';
    const revision =
      answers !== '' && !before.includes(answers) ? revisionOf(before) + 1 : Math.max(1, revisionOf(before));
    const text = scenario.plan?.replaceAll('{track}', trackId).replaceAll('{revision}', String(revision));
    if (passed) await changePlan(() => text ?? guestbookPlan(trackId, revision, answers, scenario.phases));
    await checkpoint(passed, reasons, { plan_version: revision });
    if (passed) console.log(`PLAN CREATED: ${planFile}`);
    sayVerdict(passed, passed ? `Plan, revision ${revision}` : reasons.join('; '));
  },

  'plan-evaluator': async (rule, passed) => {
    const reasons = rule.reasons ?? ['Task 2.3 has no acceptance criteria'];
    const names = ['Scope', 'Overlap', 'Dependencies', 'Feasibility', 'Clarity', 'DAG Valid'];
    const rows = names.map((name) => {
      const failed = !passed && name === 'Clarity';
      return `| ${name} | ${failed ? 'FAIL' : 'PASS'} | ${failed ? reasons.join('; ') : ''} |`;
    });
    const report = `## Plan Evaluation Report

**Track:** ${trackId}
**Evaluator:** loop-plan-evaluator
**Date:** ${now().slice(0, 10)}

| Check | Status | Issues |
|-------|--------|--------|
${rows.join('\n')}

### Verdict: ${passed ? 'PASS' : 'FAIL'}
`;
    await changePlan((plan) => `${plan.replace(/\n## Plan Evaluation Report[\s\S]*$/, '')}\n${report}`);
    await checkpoint(passed, reasons, { verdict: passed ? 'PASS' : 'FAIL' });
    sayVerdict(passed, passed ? 'The plan holds' : reasons.join('; '));
  },

  executor: async (rule, passed) => {
    const reasons = rule.reasons ?? ['The build is broken'];
    const open = [...readText(planFile).matchAll(/^- \[[ ~]\] Task ([\d.]+):/gm)].map(([, n]) => String(n));
    for (const number of passed ? open : open.slice(0, 1)) {
      const files = makeFiles(number, nodeOf(number).files);
      const sha = await commit(files, `feat(${trackId}): Task ${number} - ${nodeOf(number).name}`);
      const tail = sha === undefined ? '' : ` <!-- commit: ${sha} -->`;
      const line = new RegExp(`^- \\[[ ~]\\] (Task ${number.replaceAll('.', '\\.')}:.*)$`, 'm');
      await changePlan((plan) => plan.replace(line, (_, rest) => `- [x] ${rest}${tail}`));
    }
    const all = [...readText(planFile).matchAll(/^- \[(.)\] Task ([\d.]+):/gm)];
    const done = all.filter(([, mark]) => mark === 'x');
    await checkpoint(passed, reasons, {
      tasks_completed: done.length,
      tasks_total: all.length,
      ...(done.length > 0 ? { last_task: `Task ${done.at(-1)?.[2]}` } : {}),
    });
    sayVerdict(passed, passed ? `TASKS ${done.length} of ${all.length}` : reasons.join('; '), done.length);
  },

  'execution-evaluator': async (rule, passed) => {
    const reasons = rule.reasons ?? ['An entry without a name is saved'];
    const sync = passed && scenario.businessSync !== false;
    const names = [
      ...['Tests Pass', 'Deliverables', 'Alignment', 'No Regressions', 'plan.md Updated'],
      'No Leftover Work',
    ];
    const rows = names.map((name) => {
      const failed = !passed && name === 'Deliverables';
      return `| ${name} | ${failed ? 'FAIL' : 'PASS'} | ${failed ? reasons.join('; ') : ''} |`;
    });
    const conditions = /** @type {string[]} */ (readMetadata().board_conditions ?? []);
    const text = `# Execution Evaluation Report

**Track:** ${trackId}
**Evaluator:** loop-execution-evaluator
**Date:** ${now().slice(0, 10)}

| Check | Status | Issues |
|-------|--------|--------|
${rows.join('\n')}

Business doc sync needed: ${sync ? 'YES' : 'NO'}
${conditions.length === 0 ? '' : `\n## Board Conditions\n\n${conditions.map((text) => `- [x] ${text}`).join('\n')}\n`}
### Verdict: ${passed ? 'PASS' : 'FAIL'}
`;
    replace(path.join(trackFolder, 'evaluation-report.md'), text);
    await checkpoint(passed, reasons, {
      verdict: passed ? 'PASS' : 'FAIL',
      evaluators_run: [
        { evaluator: 'eval-code-quality', verdict: passed ? 'PASS' : 'FAIL', issues: passed ? [] : reasons },
      ],
      ...(passed ? { business_sync_required: sync } : { failure_items: reasons }),
    });
    if (passed && conditions.length > 0) await meetConditions(conditions);
    sayVerdict(passed, passed ? 'All checks pass' : reasons.join('; '));
  },

  fixer: async (rule, passed) => {
    const reasons = rule.reasons ?? ['The cause was not found'];
    const loop = readMetadata().loop_state ?? {};
    const cycle = Math.max(1, loop.fix_cycle_count ?? 1);
    const failures = /** @type {string[]} */ (
      loop.checkpoints?.EVALUATE_EXECUTION?.failure_reasons ?? ['What the evaluation found']
    );
    const heading = `## Fix Phase (Cycle ${cycle})`;
    const fixes = failures.map((text, i) => `- [${passed ? 'x' : ' '}] Fix ${cycle}.${i + 1}: ${text}`);
    await changePlan((plan) => {
      if (plan.includes(heading)) return plan;
      const report = plan.indexOf('\n## Plan Evaluation Report');
      const at = report < 0 ? plan.length : report;
      return `${plan.slice(0, at)}\n${heading}\n\n${fixes.join('\n')}\n${plan.slice(at)}`;
    });
    if (passed) {
      const note = `## Cycle ${cycle}\n\n${failures.map((text) => `- ${text}: mended`).join('\n')}\n`;
      const file = path.join(trackFolder, 'fix-log.md');
      const before = readText(file) || '# Fix log\n';
      if (!before.includes(`## Cycle ${cycle}\n`)) replace(file, `${before}\n${note}`);
    }
    await checkpoint(passed, reasons, {
      cycle,
      fixes_applied: passed ? failures.map((issue) => ({ issue, fix: 'mended', commit_sha: '' })) : [],
      fixes_remaining: passed ? [] : failures,
    });
    if (passed) console.log(`FIXES APPLIED: ${failures.length}`);
    sayVerdict(passed, passed ? `${failures.length} fixes` : reasons.join('; '));
  },

  'business-doc-sync': async (rule, passed) => {
    const reasons = rule.reasons ?? ['The price list is locked by somebody'];
    if (passed) {
      const file = path.join(conductorFolder, 'product.md');
      const line = `- ${trackId}: visitors can leave an entry in the guest book`;
      const before = readText(file) || '# Product\n';
      if (!before.includes(line)) replace(file, `${before.trimEnd()}\n\n${line}\n`);
    }
    await checkpoint(passed, reasons, { required: true });
    sayVerdict(passed, passed ? 'product.md says it' : reasons.join('; '));
  },

  worker: async (rule, passed) => {
    const { name, files } = nodeOf(task);
    post('PROGRESS', { task_id: task, progress_pct: 50, current_subtask: name });
    if (!passed) {
      const error = (rule.reasons ?? ['The test stays red']).join('; ');
      post('TASK_FAILED', { task_id: task, error, stack_trace: '' });
      postEvent(`TASK_FAILED_${task}`, error);
      console.log(`ERROR: ${error}`);
      process.exitCode = 1;
      return;
    }
    const made = makeFiles(task, files);
    const sha =
      scenario.commits === false
        ? undefined
        : await commit(made, `feat(${trackId}): Task ${task} - ${name}\n\nWorker: ${id}`);
    post('TASK_COMPLETE', {
      task_id: task,
      commit_sha: sha ?? null,
      files_modified: made,
      unblocks: [],
    });
    postEvent(`TASK_COMPLETE_${task}`, sha ?? '');
    console.log(`TASK COMPLETE: ${task}`);
  },

  director: (rule, passed) => {
    const refuses = !passed || rule.verdict === 'REJECT';
    if (boardPhase === 'vote') {
      answer({
        director,
        final_verdict: rule.verdict ?? (refuses ? 'REJECT' : 'APPROVE'),
        confidence: rule.confidence ?? 0.8,
        conditions: rule.conditions ?? [],
        timestamp: now(),
        ...rule.answer,
      });
    } else if (boardPhase === 'discuss') {
      const said = {
        ...{ from: director, to: 'ALL', type: 'AGREE', message: `${director}: nothing stands against it.` },
        ...{ changes_my_verdict: false, timestamp: now(), ...rule.answer },
      };
      // One who has nothing new to say is silent from the second round on.
      fs.mkdirSync(path.dirname(answerFile), { recursive: true });
      fs.writeFileSync(answerFile, boardRound > 1 ? '' : `${JSON.stringify(said)}\n`);
    } else {
      answer({
        director,
        verdict: rule.verdict ?? (refuses ? 'REJECT' : 'APPROVE'),
        score: rule.score ?? (refuses ? 3 : 8),
        breakdown: {},
        key_points: [`${director} has read the proposal`],
        concerns: rule.concerns ?? [],
        recommendations: rule.conditions ?? [],
        questions_for_board: [],
        blocking: refuses,
        ...rule.answer,
      });
    }
    sayVerdict(true, `${director} has spoken`);
    return Promise.resolve();
  },

  lead: (rule, passed) => {
    const lead = /`lead` \("([\w-]+)"\)/.exec(prompt)?.[1] ?? process.env.CONDUCTOR_LEAD ?? 'tech';
    answer({
      lead,
      decision_made: passed,
      decision: passed ? 'Do as the neighbours do' : null,
      reasoning: passed ? 'There is an example in the code' : 'Beyond my authority',
      authority_used: passed ? 'LEAD_CONSULT' : null,
      escalate_to: passed ? null : 'user',
      ...(passed ? {} : { escalation_reason: (rule.reasons ?? ['Only the user can say']).join('; ') }),
      ...rule.answer,
    });
    sayVerdict(true, `${lead} has answered`);
    return Promise.resolve();
  },

  'knowledge-manager': (rule) => {
    const brief = { patterns_found: [], errors_to_watch: [], similar_tracks: [], recommendations: [] };
    if (answerFile !== '') answer({ ...brief, ...rule.answer });
    console.log('Nothing is known that helps.');
    sayVerdict(true, 'Brief');
    return Promise.resolve();
  },

  retrospective: (rule) => {
    const sections = [
      ...['Completed', 'Duration', 'Fix Cycles', 'Summary', 'What Worked Well', 'What Caused Problems'],
      ...['Patterns Extracted', 'Errors Logged', 'Skill Improvements Proposed', 'Recommendations'],
    ];
    const body = sections.map((title) => `## ${title}\n\nAs planned.\n`).join('\n');
    replace(path.join(trackFolder, 'retrospective.md'), `# Retrospective: ${trackId}\n\n${body}`);
    answer({
      patterns: [
        {
          name: 'Check an entry before it is stored',
          category: 'State',
          problem: 'Entries without a name were stored',
          solution: 'One function says what an entry is; form and store ask it',
          gotchas: 'Blanks are no name',
        },
      ],
      errors: [
        {
          pattern: 'entry without a name',
          category: 'State',
          context: 'guest book',
          problem: 'An entry without a name was saved',
          solution: 'Ask the rules before saving',
        },
      ],
      ...scenario.retrospective,
      ...rule.answer,
    });
    sayVerdict(true, 'retrospective.md');
    return Promise.resolve();
  },
};

/** @param {Rule} rule @param {boolean} passed */
export async function play(rule, passed) {
  const part = roles[role];
  if (!part) {
    console.log(`ERROR: no part for ${role}`);
    process.exitCode = 2;
    return;
  }
  await part(rule, passed);
}

/** @param {object} value */
function answer(value) {
  replace(answerFile, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {string} number @param {readonly string[]} files */
export function makeFiles(number, files) {
  for (const file of files) {
    const place = path.join(projectRoot, file);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, `// Task ${number} of ${trackId}, attempt ${attempt}\n`);
  }
  return [...files];
}

/** Evidence for each condition of the board, as an evaluator that looked at it writes it. @param {readonly string[]} conditions */
function meetConditions(conditions) {
  return changeMetadata((metadata) => {
    const kept = (metadata.board_condition_evidence ??= []);
    for (const condition of conditions) {
      if (kept.some((/** @type {any} */ entry) => entry.condition === condition && entry.met)) continue;
      kept.push({
        condition,
        met: true,
        file: 'evaluation-report.md',
        by: 'loop-execution-evaluator',
        at: now(),
      });
    }
  });
}
