import {
  authorities,
  type Authority,
  type AuthorityMatrix,
  type AuthorityRow,
  type Lead,
} from '../model/authorityMatrix';
import type { RuleLine } from '../model/ruleLine';

export interface Classification {
  readonly authority: Authority;
  readonly lead?: Lead;
  /** LEAD_CONSULT: who is asked. When the matrix names several they must agree, else the user decides. */
  readonly leads: readonly Lead[];
  readonly guardrails?: string;
  /** It touches cost, pricing or scope: such decisions go to decision-log.md, whoever takes them. */
  readonly business: boolean;
  readonly because: readonly RuleLine[];
}

interface Subject {
  readonly id: string;
  readonly words: RegExp;
  /** Some decisions depend on an amount: $ a month, or KB. */
  readonly amount?: 'money' | 'size';
  readonly byDefault: readonly Default[];
}

interface Default {
  readonly text: string;
  readonly authority: Authority;
  readonly lead?: Lead;
  /** Holds on this side of `limit` only. */
  readonly side?: 'above' | 'below';
}

/** $ a month, and KB (gzip): spec 003, "Authority Matrix Quick Reference". */
const limit = 50;
const user = (text: string, side?: 'above'): Default => ({
  text,
  authority: 'USER_ONLY',
  ...(side ? { side } : {}),
});
const lead = (who: Lead, text: string, side?: 'below'): Default => ({
  text,
  authority: 'LEAD_CONSULT',
  lead: who,
  ...(side ? { side } : {}),
});

/** Subjects of decisions: how a question or a row of the matrix is known to speak of one, and what spec 003 says of it. */
const subjects: readonly Subject[] = [
  {
    id: 'security',
    words:
      /\b(security|vulnerab\w*|passwords?|credentials?|secrets?|encrypt\w*|auth(entication|orization)?|personal data|pii|(production|prod|live|customer|user) (data\w*|records|traffic))\b/,
    byDefault: [user('Security or production data changes')],
  },
  {
    id: 'pricing',
    words:
      /\b(pric(e|es|ing)|tiers?|business model|revenue|monetiz\w*|free plan|discount\w*|personas?|journeys?)\b/,
    byDefault: [user('Pricing or business model changes')],
  },
  { id: 'paid', words: /\bpaid\b|\bsubscription\b/, byDefault: [user('A new paid service')] },
  {
    id: 'cost',
    amount: 'money',
    words: /\b(costs?|budget|spend\w*|bill)\b|\$\s?\d|\d\s?(usd|eur|€|\$)/,
    byDefault: [
      user('Budget changes > $50/month', 'above'),
      lead('tech', 'Budget changes < $50/month', 'below'),
    ],
  },
  {
    id: 'scope',
    words:
      /\b(add|remov\w*|drop\w*|defer\w*|postpone\w*|put off|cut|skip\w*|leave out|redefin\w*|defined anew|new)\b.*\b(features?|deliverables?|requirements?|scope)\b|\b(features?|deliverables?|requirements?|scope)\b.*\b(add(ed)?|remov\w*|drop\w*|defer\w*|postpone\w*|put off|defined anew)\b/,
    byDefault: [user('Add or remove features from the spec')],
  },
  {
    id: 'breaking',
    words:
      /\bbreak(s|ing)?\b|\b(in)?compatib\w*|\b(rename|remove|drop|delete)\b.*\b(endpoint|api|interface|column|table)\b/,
    byDefault: [user('Breaking API or schema changes')],
  },
  {
    id: 'new-pattern',
    words: /\b(new|introduc\w*)\b.*\b(pattern|framework|architecture)\b|\bpattern\b.*\bnew\b/,
    byDefault: [user('A pattern that is new to the project')],
  },
  {
    id: 'cross-track',
    words: /\b(another|other|cross)[ -]tracks?\b/,
    byDefault: [user('Cross-track changes')],
  },
  {
    id: 'dev-dependency',
    words: /\bdev(elopment)?[ -]?dependenc\w*|--save-dev\b/,
    byDefault: [lead('tech', 'Any devDependencies')],
  },
  {
    id: 'dependency-change',
    words:
      /\b(remov\w*|drop|uninstall|major)\b.*\b(dependenc\w*|package|library|version)\b|\b(dependenc\w*|package|library)\b.*\b(remov\w*|major)\b/,
    byDefault: [user('Removing a dependency, or a major upgrade')],
  },
  {
    id: 'dependency',
    amount: 'size',
    words: /\bdependenc\w*|\b(npm )?packages?\b|\blibrar(y|ies)\b|\bsdk\b|\bnpm (i|install)\b/,
    byDefault: [user('Dependencies > 50 KB', 'above'), lead('tech', 'Runtime dependencies < 50 KB', 'below')],
  },
  {
    id: 'untested',
    words:
      /\bcoverage\b.*\b(below|under|falls?|drop\w*|lower\w*)\b|\b(lower|drop)\w*\b.*\bcoverage\b|\b(skip\w*|disabl\w*|leave out|left out|omit|delet\w*|remov\w*)\b.*\btests?\b|\btests?\b.*\b(skipped|disabled|left out)\b|\b(failing|broken|red) tests?\b|\btests? fail/,
    byDefault: [user('Coverage below the minimum, skipped or failing tests')],
  },
  {
    id: 'test-strategy',
    words:
      /\bcoverage\b|\bthresholds?\b|\bmock\w*|\bstubs?\b|\b(test|tests) (type|strategy|selection)\b|\bkinds? of tests?\b|\b(unit|integration|e2e) tests?\b/,
    byDefault: [lead('qa', 'Coverage thresholds, test types, mock strategy')],
  },
  {
    id: 'schema',
    words: /\bschema\b|\bcolumns?\b/,
    byDefault: [lead('architecture', 'Additive schema changes')],
  },
  {
    id: 'pattern',
    words:
      /\b(existing|known|established|same) pattern\b|\bpatterns? (is |are )?appl\w+|\bapply\b.*\bpattern/,
    byDefault: [lead('architecture', 'Apply existing patterns')],
  },
  {
    id: 'organisation',
    words:
      /\bfolders?\b|\bdirector(y|ies)\b|\bcomponents? (organi[sz]ation|structure|go)\b|\bwhere (to put|should|do|does)\b|\bdata flow\b|\bapi routes?\b/,
    byDefault: [lead('architecture', 'Component organization')],
  },
  {
    id: 'spec',
    words:
      /\bambiguous\b|\bspec\b.*\b(unclear|two ways|silent|does not say|mean\w*)\b|\bedge cases?\b|\bdefaults?\b|\border of tasks\b|\btask order\w*/,
    byDefault: [lead('product', 'Interpret ambiguous spec, task ordering')],
  },
  {
    id: 'copy',
    words: /\berror (messages?|copy)\b|\bwording\b|\bwords of\b|\bcopy\b|\bloading text\b/,
    byDefault: [lead('product', 'Error message copy')],
  },
  {
    id: 'naming',
    words: /\bnam(e|es|ed|ing)\b/,
    byDefault: [{ text: 'Names in code', authority: 'ORCHESTRATOR' }],
  },
  {
    id: 'approach',
    words: /\bapproach\b|\bimplement\w*|\balgorithm\b|\brefactor\w*|\bhelpers?\b|\bhooks?\b|\btypes\b/,
    byDefault: [lead('tech', 'Implementation approach')],
  },
];

/**
 * Who decides a question that an agent raised (spec 003, "Consultation Flow" and "Authority Matrix Quick Reference").
 *
 * A row of the project's matrix speaks when it is about a subject of the question, or when the question has its own
 * words; about a subject that the matrix speaks of, the spec's default is silent. Of all that speak the most cautious
 * one fires. An amount that is not said counts as above the limit, and a row without an amount never loosens what holds
 * above it. A question that nothing speaks about is for the user: nobody was given the authority. One about security or
 * live data is always the user's, whatever a row says (FORMATS §4.13).
 */
export function classifyQuestion(question: string, matrix?: AuthorityMatrix): Classification {
  const asked = plain(question);
  const about = subjects.filter(
    ({ id, words }) =>
      words.test(asked) && !(id === 'dependency' && subjectsOf(asked).includes('dev-dependency')),
  );
  const voices: {
    text: string;
    authority: Authority;
    lead?: Lead;
    leads?: readonly Lead[];
    guardrails?: string;
  }[] = [];
  const business = about.some(({ id }) => businessSubjects.has(id));
  const settled = new Set<string>();
  for (const row of matrix?.rows ?? []) {
    const spoken = plain(row.decision);
    const ofRow = subjectsOf(spoken);
    const narrow = ofRow.filter((id) => !about.some((subject) => subject.id === id));
    // “Coverage falls below the minimum” says nothing about which mocks to take.
    const shared = about.filter(
      ({ id }) => ofRow.includes(id) && !narrow.some((special) => generalOf[special] === id),
    );
    const fits = shared.filter((subject) => sideFits(subject, row, spoken, asked));
    const words = significant(spoken);
    const same = words.filter((word) => significant(asked).includes(word)).length;
    const byWords =
      shared.length === 0 && words.length > 0 && same >= Math.max(1, Math.ceil(words.length * 0.6));
    if (fits.length === 0 && !byWords) continue;
    for (const { id } of fits) if (id !== 'security') settled.add(id);
    voices.push({ ...row, text: `${row.decision} (authority-matrix.md:${row.line})` });
  }
  for (const subject of about) {
    if (settled.has(subject.id)) continue;
    for (const rule of subject.byDefault) {
      if (rule.side !== undefined && rule.side !== sideOf(subject, asked, limit)) continue;
      voices.push({ ...rule, text: `${rule.text} (default of spec 003)` });
    }
  }
  const order = [...voices].sort(
    (a, b) => authorities.indexOf(a.authority) - authorities.indexOf(b.authority),
  );
  const fired = order[0];
  if (!fired) {
    return {
      authority: 'USER_ONLY',
      leads: [],
      business,
      because: [
        {
          text: 'Otherwise → USER_ONLY',
          because: 'Neither authority-matrix.md nor spec 003 says who decides this.',
          state: 'fired',
        },
      ],
    };
  }
  return {
    authority: fired.authority,
    leads: fired.authority === 'LEAD_CONSULT' ? (fired.leads ?? (fired.lead ? [fired.lead] : [])) : [],
    business,
    ...(fired.authority === 'LEAD_CONSULT' && fired.lead ? { lead: fired.lead } : {}),
    ...(fired.guardrails ? { guardrails: fired.guardrails } : {}),
    because: order.map((voice, i) => ({
      text: `${voice.text} → ${voice.authority}${voice.lead ? ` (${voice.lead})` : ''}`,
      because:
        i === 0
          ? 'It speaks about this question, and nothing more cautious does.'
          : 'It speaks, too, but is no more cautious.',
      state: i === 0 ? 'fired' : 'passedOver',
    })),
  };
}

/** Subjects whose words are those of a more general one, too: a row about the special case is not about all of it. */
const generalOf: Readonly<Record<string, string>> = {
  untested: 'test-strategy',
  breaking: 'schema',
  'new-pattern': 'pattern',
  'dependency-change': 'dependency',
  'dev-dependency': 'dependency',
};

const businessSubjects = new Set(['pricing', 'paid', 'cost', 'scope']);

function subjectsOf(text: string): string[] {
  return subjects.filter(({ words }) => words.test(text)).map(({ id }) => id);
}

/** Which side of the limit a question speaks of; exactly at it, or without an amount: above. */
function sideOf(subject: Subject, asked: string, most: number): 'above' | 'below' {
  const amounts = amountsIn(asked, subject.amount);
  return amounts.length > 0 && amounts.every((amount) => amount < most) ? 'below' : 'above';
}

function sideFits(subject: Subject, row: AuthorityRow, spoken: string, asked: string): boolean {
  if (subject.amount === undefined) return true;
  const most = amountsIn(spoken, subject.amount)[0] ?? limit;
  const side = sideOf(subject, asked, most);
  if (/\b(less|smaller|under|below|up to|brought down|lower\w*)\b|[<≤]/.test(spoken)) return side === 'below';
  if (/\b(more|over|above|larger|exceed\w*)\b|[>≥]/.test(spoken)) return side === 'above';
  return row.authority === 'USER_ONLY' || side === 'below';
}

function amountsIn(text: string, kind: Subject['amount']): number[] {
  if (kind === 'money') {
    return [
      ...text.matchAll(/\$\s?([\d,]+(?:\.\d+)?)|([\d,]+(?:\.\d+)?)\s?(?:\$|usd|eur|€|dollars?|euros?)/g),
    ].map(([, a, b]) => Number((a ?? b)!.replaceAll(',', '')));
  }
  return [...text.matchAll(/(\d+(?:\.\d+)?)\s?(k|m)i?b\b/g)].map(
    ([, n, unit]) => Number(n) * (unit === 'm' ? 1024 : 1),
  );
}

function plain(text: string): string {
  return text
    .slice(0, 4000)
    .toLowerCase()
    .replace(/[`*_"“”]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const idle = new Set([
  'the',
  'and',
  'for',
  'with',
  'that',
  'this',
  'are',
  'use',
  'any',
  'all',
  'not',
  'from',
  'into',
  'than',
]);

function significant(text: string): string[] {
  return [...new Set(text.match(/[\p{L}\p{N}]{3,}/gu) ?? [])]
    .filter((word) => !idle.has(word))
    .map((word) => word.replace(/(?:ing|ed|es|s)$/, ''));
}
