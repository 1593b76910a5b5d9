import type { ShownGate, ShownRuleLine } from '../../src/shared/gateModel';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { State } from '../ui/state';
import { lookSigns } from './looks';
import { Text } from './text';

const lineSigns: Readonly<Record<ShownRuleLine['state'], { icon: IconName; said: string; tone?: string }>> = {
  cleared: { icon: 'pass', said: 'Tried, does not apply:', tone: 'is-done' },
  passedOver: { icon: 'circle-large', said: 'Tried, does not apply:' },
  used: { icon: 'symbol-operator', said: 'Worked out:' },
  fired: { icon: 'arrow-right', said: 'This line decides:' },
  notReached: { icon: 'circle-large', said: 'Not reached:' },
};

/** The decision, and the rule with the line that made it. */
export function Verdict({ gate }: { gate: ShownGate }) {
  const sign = lookSigns[gate.look];
  return (
    <section class="verdict" aria-label="Decision">
      <div class="big">
        <span class="meta">{gate.score.label}</span>
        <State sign={sign} word={gate.score.value} />
        <span class="meta">{gate.score.below}</span>
      </div>
      <ol class="rule" aria-label="Rule that made the decision">
        {gate.rule.map((line, i) => (
          <RuleLine key={i} line={line} tone={`is-${sign.tone}`} />
        ))}
      </ol>
    </section>
  );
}

function RuleLine({ line, tone }: { line: ShownRuleLine; tone: string }) {
  const { icon, said, tone: own } = lineSigns[line.state];
  const fired = line.state === 'fired';
  const text = /[.:]$/.test(line.text) ? line.text : `${line.text}.`;
  return (
    <li class={fired ? `hit ${tone}` : (own ?? '')}>
      <Icon name={icon} />
      <span class={line.state === 'notReached' || line.state === 'passedOver' ? 'muted' : ''}>
        <span class="vh">{said} </span>
        {fired ? <b>{text}</b> : text} <Text class={fired ? '' : 'muted'} text={line.because} />
      </span>
    </li>
  );
}
