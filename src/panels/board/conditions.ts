import { isAbsolute, resolve, dirname, basename } from 'node:path';
import type { LocatedReport, Track } from '../../model/track';
import { boardConditionsOf, conditionKey, type BoardCondition } from '../../rules/boardConditions';
import type { ConditionModel, Verdict } from '../../shared/boardModel';
import type { ShownSession } from './sessions';
import { clip } from './words';

const mostConditions = 200;

const verdicts: Readonly<Record<BoardCondition['state'], Verdict>> = {
  met: { standing: 'passed', word: 'Met' },
  unmet: { standing: 'failed', word: 'Unmet' },
  open: { standing: 'open', word: 'Open' },
};

/** The conditions of the meeting that is looked at, then those of the track's other meetings. */
export function conditionModels(track: Track, shown: ShownSession | undefined): ConditionModel[] {
  const report = track.reports.findLast(({ report: { kind } }) => kind === 'execution');
  const holding = boardConditionsOf(track, report);
  const own = new Map((shown?.session.conditions ?? []).map((text) => [conditionKey(text), text]));
  own.delete('');
  const known = new Set(holding.map(({ text }) => conditionKey(text)));
  const models = [
    ...holding.map((condition) =>
      conditionModel(track, condition, own.has(conditionKey(condition.text)), report),
    ),
    // A meeting that did not approve has conditions that bind nobody (yet).
    ...[...own].flatMap(([key, text]) => (known.has(key) ? [] : [unbinding(key, text)])),
  ];
  return [...models.filter((one) => one.own), ...models.filter((one) => !one.own)].slice(0, mostConditions);
}

function conditionModel(
  track: Track,
  condition: BoardCondition,
  own: boolean,
  report: LocatedReport | undefined,
): ConditionModel {
  const key = conditionKey(condition.text);
  const [evidence] = condition.evidence;
  const entries = (track.metadata?.conditionEvidence ?? []).filter(
    (entry) => conditionKey(entry.condition) === key,
  );
  const said = evidence?.how === 'byHand' ? entries.findLast((entry) => !entry.added) : undefined;
  const added = entries.find((entry) => entry.added);
  const by = said?.by ?? (condition.state === 'open' ? added && `added by ${added.by}` : undefined);
  const at = said?.at ?? (condition.state === 'open' ? added?.at : undefined);
  const file = evidence?.file === undefined ? undefined : absolute(track, evidence.file);
  const line = evidence?.line;
  const due =
    condition.due ??
    (condition.state === 'open' || condition.state === 'unmet' ? 'EVALUATE_EXECUTION' : undefined);
  return {
    key,
    ...writtenOf(condition.text),
    verdict: verdicts[condition.state],
    own,
    ...(due === undefined ? {} : { due: `due at ${clip(due, 60)}` }),
    ...(condition.note === undefined ? {} : { note: clip(condition.note) }),
    ...(file === undefined
      ? {}
      : {
          evidence: {
            text: `${file === report?.file ? 'report, ' : ''}${clip(basename(file), 80)}${line === undefined ? '' : `:${line}`}`,
            place: { file, ...(line === undefined ? {} : { line }) },
          },
        }),
    ...(by === undefined ? {} : { by: clip(by, 80) }),
    ...(at === undefined ? {} : { at }),
    ...(own
      ? {}
      : {
          origin:
            condition.sessionId === undefined
              ? 'in board_conditions'
              : `of ${clip(condition.sessionId || 'a meeting without id', 80)}`,
        }),
  };
}

function unbinding(key: string, text: string): ConditionModel {
  return {
    key,
    ...writtenOf(text),
    verdict: { standing: 'open', word: 'Open' },
    own: true,
    frozen: 'The meeting has not approved, so nothing depends on its conditions yet.',
    note: 'binds only when the meeting approves',
  };
}

/** "Add caching (CA)" → what, and who asks for it. */
function writtenOf(written: string): Pick<ConditionModel, 'text' | 'written' | 'director'> {
  const parts = /^(.*?)\s*\(([A-Z]{2,3})\)\s*$/s.exec(written);
  const director = parts?.[2];
  return {
    text: clip(parts?.[1] ?? written),
    written,
    ...(director === undefined ? {} : { director }),
  };
}

/** Evidence names files as seen from the project's folder. */
function absolute(track: Track, file: string): string {
  return isAbsolute(file) ? file : resolve(dirname(track.root), file);
}
