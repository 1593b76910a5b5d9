import assert from 'node:assert/strict';
import fc from 'fast-check';
import { metricOf, parseTestResults } from '../../../../src/files/testResults/parseTestResults';
import type { TestResults } from '../../../../src/model/testResults';

function values(results: TestResults): Record<string, number> {
  return Object.fromEntries(results.metrics.map((metric) => [metric.name, metric.value]));
}
function codes(results: TestResults): string[] {
  return results.problems.map((problem) => problem.code);
}

const junit = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="4" failures="1" errors="0" skipped="1">
  <testsuite name="cart" tests="2">
    <testcase classname="cart" name="adds"/>
    <testcase classname="cart" name="keeps &lt;one&gt; &amp; two">
      <failure message="expected 1 > 2">at cart.test.ts &notAnEntity; </failure>
    </testcase>
  </testsuite>
  <testsuite name="pay" tests="2">
    <testcase name="pays"><system-out><![CDATA[ <testcase><failure/></testcase> ]]></system-out></testcase>
    <testcase name="refunds"><skipped/></testcase>
  </testsuite>
</testsuites>
`;

const lcov = `TN:
SF:src/a.ts
FN:1,one
FNDA:1,one
FNF:1
FNH:1
DA:1,1
DA:2,0
LF:2
LH:1
BRF:2
BRH:1
end_of_record
SF:src/b.ts
DA:1,5
DA:2,3
end_of_record
`;

const cobertura = `<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.8125" branch-rate="0" lines-covered="13" lines-valid="16" branches-covered="0" branches-valid="0" version="7">
  <packages/>
</coverage>`;

const summary = `{
  "total": {
    "lines": { "total": 50, "covered": 43, "skipped": 0, "pct": 86 },
    "branches": { "total": 0, "covered": 0, "skipped": 0, "pct": "Unknown" },
    "functions": { "total": 10, "covered": 9, "skipped": 0, "pct": 90 }
  },
  "/src/a.ts": {}
}`;

describe('test results: JUnit', () => {
  it('counts test cases; skipped ones are on neither side of the pass rate; the first failure is the evidence', () => {
    const results = parseTestResults(junit);
    assert.equal(results.format, 'junit');
    assert.deepEqual(codes(results), []);
    const found = values(results);
    assert.equal(found.tests, 4);
    assert.equal(found.failures, 1);
    assert.equal(found.skipped, 1);
    assert.ok(Math.abs(found.passRate! - 200 / 3) < 1e-9);
    const metric = metricOf(results)!;
    assert.equal(metric.name, 'passRate');
    assert.equal(metric.line, 5);
    assert.match(metric.detail, /2 passed, 1 failed, 1 skipped; first failure: cart › keeps <one> & two/);
  });
  it('reads the same with CR LF and a byte order mark, on the same lines', () => {
    assert.deepEqual(parseTestResults('\uFEFF' + junit.replaceAll('\n', '\r\n')), parseTestResults(junit));
  });
  it('takes the worse number when totals and test cases disagree, and says so', () => {
    const results = parseTestResults(
      '<testsuite tests="3" failures="2"><testcase name="a"/><testcase name="b"/><testcase name="c"/></testsuite>',
    );
    assert.deepEqual(codes(results), ['junit-counts-disagree']);
    assert.equal(values(results).failures, 2);
    assert.ok(values(results).passRate! < 34);
  });
  it('reads totals where no test cases are listed', () => {
    const results = parseTestResults('<testsuite name="x" tests="10" failures="1" errors="1" skipped="2"/>');
    assert.equal(values(results).passRate, 75);
  });
  it('has no pass rate when no test ran: nothing was shown', () => {
    for (const text of [
      '<testsuites/>',
      '<testsuite tests="0"></testsuite>',
      '<testsuite><testcase name="a"><skipped/></testcase></testsuite>',
    ]) {
      const results = parseTestResults(text);
      assert.equal(metricOf(results), undefined, text);
      assert.deepEqual(codes(results), ['junit-no-tests'], text);
    }
  });
});

describe('test results: coverage', () => {
  it('lcov: stated totals, else the lines themselves; the lowest file is the evidence', () => {
    const results = parseTestResults(lcov);
    assert.deepEqual(values(results), { lines: 75, branches: 50, functions: 100 });
    assert.equal(metricOf(results)?.line, 2);
    assert.match(metricOf(results)!.detail, /3 of 4 lines hit; lowest: src\/a\.ts 50 %/);
  });
  it('Cobertura: counts before rates; nothing to cover is no coverage of 0', () => {
    const results = parseTestResults(cobertura);
    assert.deepEqual(values(results), { lines: 81.25 });
    assert.equal(metricOf(results)?.line, 3);
    assert.match(metricOf(results)!.detail, /13 of 16 lines/);
    assert.deepEqual(values(parseTestResults('<coverage line-rate="0.5"/>')), { lines: 50 });
  });
  it('Cobertura: a rate out of range is left out; the lower one of two that disagree counts', () => {
    assert.deepEqual(codes(parseTestResults('<coverage line-rate="81"/>')), ['coverage-odd', 'coverage-odd']);
    const results = parseTestResults('<coverage line-rate="0.9" lines-covered="1" lines-valid="2"/>');
    assert.deepEqual(values(results), { lines: 50 });
    assert.deepEqual(codes(results), ['coverage-odd']);
  });
  it('coverage-summary.json: percent with the line that holds it', () => {
    const results = parseTestResults(summary);
    assert.deepEqual(values(results), { lines: 86, functions: 90 });
    assert.equal(metricOf(results)?.line, 3);
    assert.equal(metricOf(results, 'functions')?.line, 5);
    assert.equal(metricOf(results, 'branches'), undefined);
  });
  it('coverage-summary.json: the lower number when percentage and counts disagree', () => {
    const results = parseTestResults('{"total":{"lines":{"total":10,"covered":5,"pct":99}}}');
    assert.deepEqual(values(results), { lines: 50 });
    assert.deepEqual(codes(results), ['coverage-odd']);
  });
});

describe('test results: bad input', () => {
  it('never expands or fetches an entity: the file is refused', () => {
    const evil = [
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuites tests="1"><testcase name="&x;"/></testsuites>',
      `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(10)}"><!ENTITY c "${'&b;'.repeat(10)}">]><testsuite name="&c;" tests="1"/>`,
    ];
    for (const text of evil) {
      const results = parseTestResults(text);
      assert.deepEqual(results.metrics, []);
      assert.deepEqual(codes(results), ['xml-entities']);
      assert.equal(results.problems[0]?.line, 1);
    }
  });
  it('names a file that is too large instead of reading it', () => {
    assert.deepEqual(codes(parseTestResults('<testsuites>' + ' '.repeat(50 * 1024 * 1024))), [
      'xml-too-large',
    ]);
    assert.deepEqual(codes(parseTestResults('TN:\n' + '#'.repeat(50 * 1024 * 1024))), ['lcov-too-large']);
    assert.deepEqual(codes(parseTestResults('{' + ' '.repeat(5 * 1024 * 1024))), ['coverage-too-large']);
  });
  it('uses nothing of a file that is cut off anywhere, whatever its form', () => {
    for (const whole of [junit, cobertura, summary]) {
      const end = whole.trimEnd().length;
      for (let length = 1; length < end; length += 7) {
        const results = parseTestResults(whole.slice(0, length));
        assert.deepEqual(results.metrics, [], `${length}: ${whole.slice(0, length)}`);
        assert.equal(results.problems.length, 1);
      }
    }
    const cut = parseTestResults(lcov.slice(0, lcov.lastIndexOf('end_of')));
    assert.deepEqual(codes(cut), ['lcov-truncated']);
    assert.equal(cut.problems[0]?.line, 14);
  });
  it('refuses names that reach into prototypes, and never takes what is inherited for an attribute', () => {
    for (const name of ['constructor', '__proto__', 'prototype']) {
      const results = parseTestResults(`<testsuite ${name}="5" tests="1"><testcase name="a"/></testsuite>`);
      assert.deepEqual(codes(results), ['xml-invalid'], name);
    }
    const results = parseTestResults(
      '<testsuite toString="x" tests="1"><testcase name="valueOf"/></testsuite>',
    );
    assert.equal(values(results).passRate, 100);
  });
  it('says what else it is', () => {
    assert.deepEqual(codes(parseTestResults('')), ['results-empty']);
    assert.deepEqual(codes(parseTestResults(' \n')), ['results-empty']);
    assert.deepEqual(codes(parseTestResults('hello')), ['results-unknown']);
    assert.deepEqual(codes(parseTestResults('<html></html>')), ['results-unknown']);
    assert.deepEqual(codes(parseTestResults('{"a":1}')), ['coverage-empty']);
    assert.deepEqual(codes(parseTestResults('TN:\n')), ['lcov-empty']);
  });
  it('never throws, and never gives a percentage outside 0–100, whatever the bytes', () => {
    const pieces = [
      '<testsuite',
      ' tests="',
      '1e999',
      '-5',
      '">',
      '<testcase',
      '/>',
      '</testsuite>',
      '<failure>',
      'SF:a\n',
      'LF:',
      'LH:9',
      '\n',
      'end_of_record',
      '{"total":',
      '{"lines":',
      '"pct":',
      '140',
      '}',
      '<coverage line-rate="',
      '<![CDATA[',
      '<!--',
      '&#0;',
      '\u0000',
      '🎈',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 30 }),
        (parts) => {
          const results = parseTestResults(parts.join(''));
          for (const metric of results.metrics) {
            assert.ok(Number.isFinite(metric.value) && metric.value >= 0);
            if (metric.unit === 'percent') assert.ok(metric.value <= 100);
          }
          assert.ok(results.metrics.length + results.problems.length > 0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
