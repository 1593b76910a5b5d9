import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAuthorityMatrix } from '../../../src/files/authorityMatrix';
import { authorityMatrixText } from '../../../src/files/projectTemplates';
import { classifyQuestion } from '../../../src/rules/authority';

const says = (question: string, matrix = '') => {
  const { authority, lead } = classifyQuestion(question, parseAuthorityMatrix(matrix));
  return lead ? `${authority} ${lead}` : authority;
};
const table = (...rows: string[]) =>
  ['### X', '| Decision | Authority | Lead | Guardrails |', '|---|---|---|---|', ...rows].join('\n');

describe('authority: defaults of spec 003', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['Hosting would cost $80 a month more', 'USER_ONLY'],
    ['Hosting would cost $20 a month more', 'LEAD_CONSULT tech'],
    ['Hosting would cost $50 a month more', 'USER_ONLY'],
    ['May the costs rise?', 'USER_ONLY'],
    ['Should we drop the export feature?', 'USER_ONLY'],
    ['This is a breaking change of the public API', 'USER_ONLY'],
    ['Add the dependency zod (13 KB gzip)?', 'LEAD_CONSULT tech'],
    ['Add the dependency moment (72 KB gzip)?', 'USER_ONLY'],
    ['Add the dependency left-pad?', 'USER_ONLY'],
    ['Add eslint as a devDependency?', 'LEAD_CONSULT tech'],
    ['May coverage fall below 70 %?', 'USER_ONLY'],
    ['Which mock strategy do we take?', 'LEAD_CONSULT qa'],
    ['Delete production data to test the migration?', 'USER_ONLY'],
    ['The spec is ambiguous about sorting', 'LEAD_CONSULT product'],
    ['Which folder do hooks belong to?', 'LEAD_CONSULT architecture'],
    ['How is this variable named?', 'ORCHESTRATOR'],
    ['Fnord?', 'USER_ONLY'],
  ];
  for (const [question, answer] of expected)
    it(`${question} → ${answer}`, () => assert.equal(says(question), answer));

  it('the matrix that a new project gets is never less cautious', () => {
    const order = ['USER', 'LEAD', 'ORCH'];
    for (const [question, answer] of expected) {
      const got = says(question, authorityMatrixText());
      assert.ok(order.indexOf(got.slice(0, 4)) <= order.indexOf(answer.slice(0, 4)), `${question}: ${got}`);
    }
  });
});

describe('authority: a matrix of the project', () => {
  it('overrides defaults, and says by which line', () => {
    const matrix = parseAuthorityMatrix(table('| Names in code | USER_ONLY | — | |'));
    const { authority, because } = classifyQuestion('How is it named?', matrix);
    assert.equal(authority, 'USER_ONLY');
    assert.match(because[0]!.text, /authority-matrix\.md:4/);
    assert.equal(
      says('Add a development dependency?', table('| A devDependency | ORCHESTRATOR | — | |')),
      'ORCHESTRATOR',
    );
  });

  it('a row about a special case is not about all of its kind', () => {
    const ours = authorityMatrixText();
    assert.equal(says('Which mocks do the unit tests use?', ours), 'LEAD_CONSULT qa');
    assert.equal(says('May coverage fall below 70 %?', ours), 'USER_ONLY');
    assert.equal(says('Add a column to the schema?', ours), 'LEAD_CONSULT architecture');
    assert.equal(says('May the schema break?', ours), 'USER_ONLY');
    assert.equal(says('Add the dependency zod (13 KB gzip)?', ours), 'LEAD_CONSULT tech');
    assert.equal(says('Add the dependency moment (72 KB gzip)?', ours), 'USER_ONLY');
    assert.equal(says('Remove the dependency zod?', ours), 'USER_ONLY');
  });

  it('several leads in one cell; one unknown word among them, and a person is asked', () => {
    const leadsOf = (cell: string) =>
      classifyQuestion(
        'Which approach do we implement?',
        parseAuthorityMatrix(table(`| Implementation approach | LEAD_CONSULT | ${cell} | |`)),
      );
    assert.deepEqual(leadsOf('Tech Lead and QA').leads, ['tech', 'qa']);
    assert.deepEqual(leadsOf('Architecture / Tech, tech').leads, ['architecture', 'tech']);
    assert.deepEqual(leadsOf('Tech').leads, ['tech']);
    assert.equal(leadsOf('Tech, Bob').authority, 'USER_ONLY');
    assert.deepEqual(leadsOf('Tech, Bob').leads, []);
  });

  it('security and live data stay the user’s; cost, pricing and scope are business', () => {
    const loose = table('| Changes of production data | ORCHESTRATOR | — | |');
    assert.equal(says('May I change the production data?', loose), 'USER_ONLY');
    const business = (question: string) => classifyQuestion(question).business;
    assert.deepEqual(
      [business('It costs $20 a month'), business('Drop the export feature?'), business('How is it named?')],
      [true, true, false],
    );
  });

  it('contradictions: the more cautious one, and a problem', () => {
    const text = table('| Use of jQuery | LEAD_CONSULT | Tech | |', '| Use of jQuery | USER_ONLY | — | |');
    assert.equal(says('May I use jQuery?', text), 'USER_ONLY');
    assert.deepEqual(
      parseAuthorityMatrix(text).problems.map(({ code, line }) => [code, line]),
      [['authority-contradiction', 5]],
    );
  });

  it('a row without an amount loosens nothing above the limit', () => {
    const text = table('| npm packages for charts | LEAD_CONSULT | Tech | |');
    assert.equal(says('Add the package d3 (300 KB)?', text), 'USER_ONLY');
  });

  it('unknown words are for the user, with a problem', () => {
    const { rows, problems } = parseAuthorityMatrix(
      table('| Colours | CTO_ONLY | — | |', '| Fonts | LEAD_CONSULT | Designer | |'),
    );
    assert.deepEqual(
      rows.map(({ authority }) => authority),
      ['USER_ONLY', 'USER_ONLY'],
    );
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['authority-unknown', 'authority-lead-unknown'],
    );
  });

  it('reads the quick reference of the spec; fenced tables are samples', () => {
    const text =
      '**Lead Can Decide (LEAD_CONSULT):**\n- QA: Test type selection, mock strategy\n\n```\n' +
      table('| X y z | USER_ONLY | | |') +
      '\n```\n';
    assert.deepEqual(
      parseAuthorityMatrix(text).rows.map(({ decision, lead }) => [decision, lead]),
      [
        ['Test type selection', 'qa'],
        ['mock strategy', 'qa'],
      ],
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (q, m) => {
        classifyQuestion(q, parseAuthorityMatrix(table(`| ${m} | USER_ONLY | | |`)));
      }),
    );
  });
});
