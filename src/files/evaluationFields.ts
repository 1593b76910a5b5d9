import type { AppliedFix, Checkpoint, EvaluatorRun } from '../model/loopState';
import {
  booleanField,
  field,
  itemsOf,
  recordOf,
  textField,
  textOf,
  textsOf,
  type Loose,
} from './looseValues';

/** What a checkpoint says about an evaluation and its fixes (FORMATS §4.3); nothing where it says nothing. */
export function evaluationFieldsOf(
  record: Loose,
): Pick<Checkpoint, 'checks' | 'evaluatorsRun' | 'fixesApplied'> {
  const checks = checksOf(field(record, 'checks'));
  const evaluatorsRun = evaluatorsOf(field(record, 'evaluators_run') ?? field(record, 'evaluators'));
  const fixesApplied = itemsOf(field(record, 'fixes_applied')).flatMap((item) => fixOf(item) ?? []);
  return {
    ...(Object.keys(checks).length > 0 ? { checks } : {}),
    ...(evaluatorsRun.length > 0 ? { evaluatorsRun } : {}),
    ...(fixesApplied.length > 0 ? { fixesApplied } : {}),
  };
}

/** Truth values, or PASS and FAIL in words; anything else says nothing about the check. */
function checksOf(value: unknown): Record<string, boolean> {
  const record = recordOf(value);
  return Object.fromEntries(
    Object.keys(record ?? {}).flatMap((key): [string, boolean][] => {
      const passed = booleanField(record, key) ?? verdictWord(textField(record, key));
      return passed === undefined ? [] : [[key, passed]];
    }),
  );
}

function verdictWord(word: string | undefined): boolean | undefined {
  if (word === undefined) return undefined;
  if (/^pass(?:ed)?\b/i.test(word.trim())) return true;
  return /^fail(?:ed)?\b/i.test(word.trim()) ? false : undefined;
}

function evaluatorsOf(value: unknown): EvaluatorRun[] {
  const record = recordOf(value);
  // `{ "eval-ui-ux": "PASS" }` as well as a list.
  if (record) {
    return Object.entries(record).map(([evaluator, run]) => evaluatorOf(evaluator, run));
  }
  return itemsOf(value).flatMap((item) => {
    const evaluator = textField(recordOf(item), 'evaluator', 'name') ?? textOf(item);
    return evaluator === undefined ? [] : [evaluatorOf(evaluator, item)];
  });
}

function evaluatorOf(evaluator: string, run: unknown): EvaluatorRun {
  const record = recordOf(run);
  const said = record ? textField(record, 'verdict', 'status', 'result') : textOf(run);
  const verdict = said === evaluator ? undefined : said;
  return {
    evaluator,
    ...(verdict === undefined ? {} : { verdict }),
    issues: textsOf(field(record, 'issues'), 'issue', 'description', 'message'),
  };
}

function fixOf(value: unknown): AppliedFix | undefined {
  const record = recordOf(value);
  const plain = textOf(value);
  if (!record) return plain === undefined ? undefined : { fix: plain };
  const issue = textField(record, 'issue', 'description');
  const fix = textField(record, 'fix');
  const commit = textField(record, 'commit_sha', 'commit', 'sha');
  if (issue === undefined && fix === undefined) return undefined;
  return {
    ...(issue === undefined ? {} : { issue }),
    ...(fix === undefined ? {} : { fix }),
    ...(commit === undefined ? {} : { commit }),
  };
}
