import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDecisionEdits, type Decision } from '../../../src/files/decisionLog';
import { decisionLogText } from '../../../src/files/projectTemplates';
import { applyEdits } from '../../../src/files/textEdit';

const decision: Decision = {
  title: 'Which store?',
  date: '2026-02-01',
  track: 'login_20260101',
  decision: 'Use Postgres',
  rationale: 'It is there | already',
  alternatives: ['SQLite', 'Files'],
  category: 'User decision',
  by: 'Eve',
};
const after = (text: string, more: Partial<Decision> = {}): string => {
  const result = addDecisionEdits(text, { ...decision, ...more });
  assert.ok('edits' in result);
  return applyEdits(text, result.edits);
};
const entry = (number: string) => `### DECISION-${number}: Which store?`;

describe('decision-log.md: headings', () => {
  it('the first decision is DECISION-001: the sample with XXX is not counted, in a fence or outside of one', () => {
    const setup = after(decisionLogText());
    assert.ok(setup.startsWith(decisionLogText().trimEnd()));
    assert.equal(
      setup.slice(decisionLogText().trimEnd().length),
      `\n\n${entry('001')}\n\n- **Date:** 2026-02-01\n- **Track:** login_20260101\n- **Decision:** Use Postgres\n- **Rationale:** It is there | already\n- **Alternatives:** SQLite; Files\n- **Impact:** —\n`,
    );
    assert.equal(after(''), setup);
    const plain =
      '# Decision Log\r\n\r\n## Format\r\n\r\n### DECISION-XXX: [Title]\r\n- **Date**: YYYY-MM-DD\r\n- **Decision**: What was decided';
    assert.equal(
      after(plain),
      `${plain}\r\n\r\n${entry('001')}\r\n- **Date**: 2026-02-01\r\n- **Track**: login_20260101\r\n- **Decision**: Use Postgres\r\n- **Rationale**: It is there | already\r\n- **Alternatives**: SQLite; Files\r\n- **Impact**: —\r\n`,
    );
  });

  it('the next free number, at the end where the newest stands', () => {
    const log = (a: string, b: string, head = '') =>
      `# Log\n${head}\n### DECISION-${a}: A\n\n- **Decision:** A\n\n### DECISION-${b}: B\n\n- **Decision:** B\n\n## Notes\n\nmine\n`;
    const older = after(log('001', '007'));
    assert.ok(older.includes(`- **Decision:** B\n\n${entry('008')}\n`));
    assert.ok(older.endsWith('- **Impact:** —\n\n## Notes\n\nmine\n'));
    const newer = after(log('007', '001'));
    assert.ok(newer.indexOf(entry('008')) < newer.indexOf('DECISION-007'));
    const one = '# Log, newest first\n\n### DECISION-012: A\n';
    assert.ok(after(one).startsWith(`# Log, newest first\n\n${entry('013')}`));
  });

  it('what stands there already is not written again; the same words of another track or question are', () => {
    const once = after(decisionLogText());
    assert.equal(after(once), once);
    assert.ok(after(once, { track: 'logout' }).includes('DECISION-002'));
    assert.ok(after(once, { decision: 'Use files' }).includes('DECISION-002'));
    assert.ok(after(once, { title: 'Which cache?' }).includes('DECISION-002: Which cache?'));
  });

  it('a text of many lines with headings and comments stays on its line', () => {
    const text = after('', { decision: 'a\n### DECISION-999: no\n<!-- x', title: 'T\r\n## U' });
    assert.equal(text.match(/^### DECISION-\d/gm)!.length, 1);
    assert.equal(text.match(/^## /gm)!.length, decisionLogText().match(/^## /gm)!.length);
  });
});

describe('decision-log.md: tables', () => {
  it('the columns of the file, whichever they are; pipes are escaped', () => {
    const table =
      '# Log\n\n| Date | Track | Decision | Category | Impact | Logged By |\n|---|---|---|---|---|---|\n';
    assert.equal(
      after(table, { decision: 'a | b' }),
      `${table}| 2026-02-01 | login_20260101 | a \\| b | User decision | — | Eve |\n`,
    );
    const sync = '| Date | Decision | Source | Documents Updated | Commit |\n|---|---|---|---|---|';
    assert.equal(after(sync), `${sync}\n| 2026-02-01 | Use Postgres | login_20260101 | — | — |\n`);
    assert.equal(after(after(sync)), after(sync));
  });

  it('a placeholder row gives way; new rows go to the end that the newest stands at', () => {
    const head = '| Date | Decision | Impact |\n|---|---|---|\n';
    assert.equal(after(`${head}| (none yet) | | |\n`), `${head}| 2026-02-01 | Use Postgres | — |\n`);
    const row = (date: string) => `| ${date} | x | y |\n`;
    const ours = '| 2026-02-01 | Use Postgres | — |\n';
    assert.equal(
      after(head + row('2026-01-02') + row('2026-01-01')),
      head + ours + row('2026-01-02') + row('2026-01-01'),
    );
    assert.equal(
      after(`${head + row('2026-01-01') + row('2026-01-02')}\nEnd\n`),
      `${head + row('2026-01-01') + row('2026-01-02')}${ours}\nEnd\n`,
    );
  });

  it('a table in fenced code is a sample', () => {
    const text = '```\n| Date | Decision |\n|---|---|\n```\n';
    assert.ok(after(text).startsWith(text));
    assert.ok(after(text).includes(entry('001')));
  });
});

it('decision-log.md: only adds, and adds once (property)', () => {
  const line = fc.constantFrom(
    '# Log',
    '### DECISION-XXX: [Title]',
    '### DECISION-004: A',
    '- **Decision:** Use Postgres',
    '| Date | Decision |',
    '|---|---|',
    '| (none yet) | |',
    '| 2026-01-01 | x |',
    '---',
    '```',
    '<!--',
    '-->',
    '',
    'text',
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), (lines, eol) => {
      const text = lines.join(eol);
      const result = addDecisionEdits(text, decision);
      if ('refused' in result) {
        assert.equal(result.refused.code, 'log-unclear');
        assert.ok(lines.includes('```') || lines.includes('<!--'), JSON.stringify(text));
        return;
      }
      const once = after(text);
      assert.equal(after(once), once, JSON.stringify(text));
      for (const kept of lines) if (!kept.includes('none yet')) assert.ok(once.includes(kept));
    }),
  );
});
