import type { ShownCriterion, ShownGate, ShownGroup } from '../../src/shared/gateModel';
import { Icon } from '../ui/icon';
import { FileLink } from '../ui/links';
import { State } from '../ui/state';
import { EvidenceList } from './evidence';
import { lookSigns } from './looks';
import { Text } from './text';
import { timeText } from './time';
import { RowActions, rowProps, stopOf, walkRows, type RowContext } from './rows';

interface GroupProps {
  readonly gate: ShownGate;
  readonly group: ShownGroup;
  readonly context: RowContext;
}

/** A group of criteria with its heading: a table for what is read closely, a list for the rest. */
export function Group(props: GroupProps) {
  const { group, context } = props;
  return (
    <section class="sec" aria-label={group.title}>
      <div class="h">
        <h2>{group.title}</h2>
        <span class="end meta">
          {group.summary}
          {group.source && <FileLink place={group.source} ask={context.ask} />}
        </span>
      </div>
      {group.group === 'metrics' ? (
        <Metrics {...props} />
      ) : group.group === 'checks' || group.group === 'protocol' || group.group === 'dag' ? (
        <Checks {...props} />
      ) : (
        <List {...props} />
      )}
    </section>
  );
}

function Metrics({ group, context }: GroupProps) {
  const stop = stopOf(group.criteria, context.current);
  return (
    <table class="cards metrics">
      <thead>
        <tr>
          <th>Criterion</th>
          <th class="r">Value</th>
          <th>
            <span class="vh">Value against minimum</span>
          </th>
          <th class="r gap">Minimum</th>
          <th>Needed</th>
          <th>Result</th>
          <th>Evidence</th>
          <th>
            <span class="vh">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {group.criteria.map((criterion) => {
          const { key, metric, required } = criterion;
          const tabIndex = key === stop ? 0 : -1;
          const sign = lookSigns[criterion.look];
          return (
            <tr key={key} class={rowClass(key, context)} {...rowProps(criterion, stop, context)}>
              <td class="what">
                <Name criterion={criterion} />
              </td>
              <td class="r num nowrap value">
                <b>{metric?.value}</b>
              </td>
              <td class="full">
                {metric && (
                  <svg
                    class={`gauge is-${sign.tone}`}
                    viewBox="0 0 100 20"
                    preserveAspectRatio="none"
                    role="img"
                    aria-label={`${metric.value} against a minimum of ${metric.minimum}`}
                  >
                    <rect class="bg" y="8" width="100" height="4" />
                    <rect class="fg" y="8" width={metric.filled} height="4" />
                    <path
                      class="min"
                      d={`M${String(metric.mark)} 3 V17`}
                      vector-effect="non-scaling-stroke"
                    />
                  </svg>
                )}
              </td>
              <td class="r num gap hide-narrow">{metric?.minimum}</td>
              <td class="start nowrap">
                {required ? 'Required' : 'Optional'}
                <span class="only-narrow">, minimum {metric?.minimum}</span>
              </td>
              <td class="end">
                <State sign={sign} word={criterion.word} />
              </td>
              <td class="start seen">
                {criterion.evidence.length > 0 ? (
                  <EvidenceList evidence={criterion.evidence} ask={context.ask} tabIndex={tabIndex} says />
                ) : null}{' '}
                <Note criterion={criterion} />
              </td>
              <td class="end r acts">
                <RowActions criterion={criterion} context={context} tabIndex={tabIndex} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Checks({ gate, group, context }: GroupProps) {
  const stop = stopOf(group.criteria, context.current);
  const { rounds } = group;
  return (
    <table class="cards checks">
      <thead>
        <tr>
          <th>{group.group === 'protocol' ? 'Part' : 'Check'}</th>
          <th>{rounds.length > 0 ? `Round ${String(gate.round)}` : 'Result'}</th>
          {rounds.map((round) => (
            <th key={round}>Round {round}</th>
          ))}
          <th>What was seen</th>
          <th>Evidence</th>
          <th>
            <span class="vh">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {group.criteria.map((criterion) => {
          const { key, past } = criterion;
          const tabIndex = key === stop ? 0 : -1;
          return (
            <tr key={key} class={rowClass(key, context)} {...rowProps(criterion, stop, context)}>
              <td class="what">
                <Name criterion={criterion} />
              </td>
              <td class="end">
                <State sign={lookSigns[criterion.look]} word={criterion.word} />
              </td>
              {past.map((look, i) => (
                <td key={rounds[i]} class="hide-narrow">
                  <span class="muted">
                    <State sign={lookSigns[look]} />
                  </span>
                </td>
              ))}
              <td class="start seen">
                <Note criterion={criterion} />
              </td>
              <td class="end from">
                <EvidenceList evidence={criterion.evidence} ask={context.ask} tabIndex={tabIndex} />
              </td>
              <td class="end r acts">
                <RowActions criterion={criterion} context={context} tabIndex={tabIndex} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function List({ group, context }: GroupProps) {
  const stop = stopOf(group.criteria, context.current);
  return (
    <ul onKeyDown={walkRows}>
      {group.criteria.map((criterion) => {
        const { key, past } = criterion;
        const tabIndex = key === stop ? 0 : -1;
        const sign = lookSigns[criterion.look];
        return (
          <li
            key={key}
            class={`cond is-${sign.tone} ${rowClass(key, context)}`}
            {...rowProps(criterion, stop, context)}
          >
            <Icon name={sign.icon} />
            <span class="what">
              <Text title={criterion.question} text={criterion.name} /> <Note criterion={criterion} />{' '}
              {criterion.evidence.length > 0 && (
                <span class="meta">
                  <EvidenceList evidence={criterion.evidence} ask={context.ask} tabIndex={tabIndex} />
                </span>
              )}
            </span>
            <span class="meta r">
              {criterion.word}
              {past[0] !== undefined && (
                <span class="past">
                  {' '}
                  round {group.rounds[0]}: {lookSigns[past[0]].word}
                </span>
              )}
              <span class="acts">
                <RowActions criterion={criterion} context={context} tabIndex={tabIndex} />
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Name({ criterion }: { criterion: ShownCriterion }) {
  return (
    <>
      <Text title={criterion.question} text={criterion.name} />
      {!criterion.required && !criterion.metric && criterion.look !== 'notApplicable' && (
        <span class="meta"> not required</span>
      )}
    </>
  );
}

/** What was seen, who waived it, and why it cannot be waived. */
function Note({ criterion }: { criterion: ShownCriterion }) {
  const { note, question, waived, notWaivable, look } = criterion;
  const stands = look === 'failed' || look === 'open';
  const seen = note ?? (look === 'open' ? question : undefined);
  return (
    <>
      {seen !== undefined && <Text class={criterion.metric ? 'meta seen-note' : 'muted'} text={seen} />}
      {waived !== undefined && (
        <span class="meta waiver">
          <bdi>{waived}</bdi>
          {criterion.waivedAt !== undefined && `, ${timeText(criterion.waivedAt)}`}
        </span>
      )}
      {stands && notWaivable !== undefined && (
        <span class="meta waiver"> Cannot be waived: {notWaivable}</span>
      )}
    </>
  );
}

function rowClass(key: string, context: RowContext): string {
  return context.mode?.key === key ? 'now' : '';
}
