import type { Node } from 'jsonc-parser';
import { findNodeAtLocation } from 'jsonc-parser';
import type * as z from 'zod';
import type { BoardSession } from '../model/board';
import { stepStatuses, type Blocker } from '../model/loopState';
import type { LeadConsultation, Metadata } from '../model/metadata';
import type { TextProblem } from '../model/problem';
import { metadataSchema } from '../model/schemas/metadata';
import { boardSessionOf, conditionEvidenceOf } from './boardFields';
import { gateReviewsOf } from './gateReviewFields';
import { lineColumn, readJson, treeOf } from './jsonText';
import { loopStateOf } from './loopFields';
import {
  booleanField,
  field,
  itemsOf,
  jsonOf,
  numberField,
  recordOf,
  textField,
  textOf,
  textsOf,
  timeField,
  type Loose,
} from './looseValues';

export interface MetadataReading {
  /** Absent when not even a part of an object could be read. */
  readonly metadata?: Metadata;
  readonly problems: readonly TextProblem[];
  /** True when the text is not strict JSON with an object at its root: then nothing may be written to the file. */
  readonly invalid: boolean;
}

/**
 * metadata.json of a track, versions 1 to 4 and the spellings of all dialects, in one form (spec 003; FORMATS
 * §4.2–4.3, VARIATIONS §5). Never throws: what has the wrong type is left out and becomes a problem that says where.
 */
export function parseMetadata(text: string): MetadataReading {
  const read = readJson(text);
  const problems: TextProblem[] = read.problem ? [read.problem] : [];
  const raw = recordOf(read.value);
  if (!raw) {
    if (!read.invalid) {
      problems.push({
        line: 1,
        severity: 'error',
        code: 'json-not-object',
        message:
          'metadata.json must hold an object ({ … }) at its root; this one does not. Nothing will be written to it until it is corrected.',
      });
    }
    return { problems, invalid: true };
  }
  problems.push(...typeProblems(text, raw));
  const loop = loopStateOf(raw, problems);
  const loopRaw = recordOf(field(raw, 'loop_state'));
  const metadata: Metadata = {
    version: versionOf(raw),
    id: textField(raw, 'track_id', 'id', 'trackId'),
    name: textField(raw, 'name', 'title'),
    description: textField(raw, 'description', 'summary', 'goal'),
    type: textField(raw, 'type'),
    status: textField(raw, 'status', 'state'),
    priority: textField(raw, 'priority'),
    createdAt: timeField(raw, 'created_at', 'created', 'createdAt'),
    updatedAt: timeField(raw, 'updated_at', 'updated', 'updatedAt'),
    completedAt: timeField(raw, 'completed_at', 'completedAt', 'completed'),
    superpowerEnhanced:
      booleanField(raw, 'superpower_enhanced') ?? booleanField(loopRaw, 'superpower_enhanced') ?? false,
    dependsOn: dependenciesOf(raw),
    loop,
    blockers: itemsOf(field(raw, 'blockers')).flatMap((item, i) => blockerOf(item, i) ?? []),
    boardConditions: textsOf(
      field(raw, 'board_conditions') ?? field(loopRaw, 'board_conditions'),
      'condition',
      'text',
      'description',
    ),
    boardSessions: boardSessionsOf(raw, loopRaw),
    conditionEvidence: conditionEvidenceOf(field(raw, 'board_condition_evidence')),
    gateReviews: gateReviewsOf(field(raw, 'gate_reviews')),
    discoveredWork: textsOf(field(raw, 'discovered_work'), 'description', 'title', 'task', 'name'),
    leadConsultations: itemsOf(field(raw, 'lead_consultations')).flatMap(
      (item) => consultationOf(item) ?? [],
    ),
    raw,
  };
  return { metadata, problems, invalid: read.invalid };
}

function versionOf(raw: Loose): number {
  const version = numberField(raw, 'version');
  return version !== undefined && version >= 1 ? Math.trunc(version) : 1;
}

function dependenciesOf(raw: Loose): string[] {
  const all = ['depends_on', 'dependencies', 'dependsOn'].flatMap((key) => {
    const value = field(raw, key);
    if (typeof value === 'string') return value.split(',').map((id) => id.trim());
    // `{npm: […]}` and the like name packages, not tracks.
    return Array.isArray(value) ? textsOf(value, 'track_id', 'id', 'track', 'name') : [];
  });
  return [...new Set(all.filter((id) => id !== '' && !/^(none|n\/a)$/i.test(id)))];
}

function blockerOf(item: unknown, index: number): Blocker | undefined {
  const id = `blocker-${index + 1}`;
  const record = recordOf(item);
  if (!record) {
    const description = textOf(item);
    const none = description === undefined || /^\s*(?:none|no blockers?|n\/a|-)\s*\.?\s*$/i.test(description);
    return none ? undefined : { id, description, active: true, options: [] };
  }
  const status = textField(record, 'status', 'state') ?? '';
  const resolved =
    booleanField(record, 'resolved') ?? timeField(record, 'resolved_at', 'cleared_at') !== undefined;
  return {
    id: textField(record, 'id') ?? id,
    description: textField(record, 'description', 'reason', 'message', 'title', 'text') ?? jsonOf(record),
    blockedAt: timeField(record, 'blocked_at', 'timestamp', 'created_at'),
    blockedStep: textField(record, 'blocked_step', 'step'),
    active:
      !resolved &&
      !/^(resolved|closed|cleared|inactive|done|fixed|unblocked|complete|completed)$/i.test(status),
    options: textsOf(field(record, 'options'), 'label', 'option', 'description', 'text'),
    trigger: textField(record, 'trigger'),
    ...given({
      subject: textField(record, 'subject'),
      context: field(record, 'context') === undefined ? undefined : textsOf(field(record, 'context'), 'text'),
      answers: answersOf(field(record, 'answers')),
      answer: textField(record, 'answer'),
      answeredBy: textField(record, 'answered_by', 'resolved_by'),
      resolvedAt: timeField(record, 'resolved_at', 'cleared_at'),
      resolution: textField(record, 'resolution'),
      blockedStatus: stepStatuses.find((status) => status === textField(record, 'blocked_status')),
      forgivenFailures: numberField(record, 'forgiven_failures'),
    }),
  };
}

function answersOf(value: unknown): { id: string; label: string }[] | undefined {
  if (value === undefined) return undefined;
  return itemsOf(value).flatMap((item) => {
    const id = textField(recordOf(item), 'id') ?? textOf(item);
    return id === undefined ? [] : [{ id, label: textField(recordOf(item), 'label') ?? id }];
  });
}

/** Without the keys that have no value. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Root and loop_state both hold sessions; one with the same id counts once, the root's first. */
function boardSessionsOf(raw: Loose, loop: Loose | undefined): BoardSession[] {
  const sessions = [
    ...itemsOf(field(raw, 'board_sessions')),
    ...itemsOf(field(loop, 'board_sessions')),
  ].flatMap((item) => boardSessionOf(item, 'metadata') ?? []);
  const seen = new Set<string>();
  return sessions.filter(({ sessionId }) => {
    if (sessionId !== '' && seen.has(sessionId)) return false;
    seen.add(sessionId);
    return true;
  });
}

function consultationOf(item: unknown): LeadConsultation | undefined {
  const record = recordOf(item);
  if (!record) return undefined;
  return {
    lead: textField(record, 'lead'),
    question: textField(record, 'question'),
    decisionMade: booleanField(record, 'decision_made'),
    decision: textField(record, 'decision'),
    reasoning: textField(record, 'reasoning', 'escalation_reason'),
    authorityUsed: textField(record, 'authority_used'),
    escalatedTo: textField(record, 'escalated_to', 'escalate_to'),
    timestamp: timeField(record, 'timestamp'),
    questionId: textField(record, 'question_id'),
  };
}

// --- wrong types ---

/** More say no more to a person, and each is looked up in the text. */
const mostTypeProblems = 50;

/** What the schema of metadata.json finds odd: which field, on which line, what it should be. */
function typeProblems(text: string, raw: Loose): TextProblem[] {
  const result = metadataSchema.safeParse(raw);
  if (result.success) return [];
  const tree = treeOf(text);
  const problems = result.error.issues.slice(0, mostTypeProblems).map((issue): TextProblem => ({
    line: tree && lineOf(text, tree, issue.path),
    severity: 'warning',
    code: 'metadata-type',
    message: `metadata.json: ${issueWords(issue, raw)}. It is shown as far as it can be read.`,
  }));
  const more = result.error.issues.length - problems.length;
  if (more === 0) return problems;
  return [
    ...problems,
    {
      severity: 'warning',
      code: 'metadata-type',
      message: `metadata.json: ${more} more values have a wrong type.`,
    },
  ];
}

function issueWords(issue: z.core.$ZodIssue, raw: Loose): string {
  const where = issue.path.length > 0 ? issue.path.map(String).join('.') : 'the object';
  const found = issue.path.reduce<unknown>((value, key) => fieldOf(value, key), raw);
  if (found === undefined) return `${where} is missing`;
  const kind = found === null ? 'null' : Array.isArray(found) ? 'a list' : kinds[typeof found];
  if (issue.code === 'invalid_type' && issue.expected !== typeof found) {
    return `${where} should be ${kinds[issue.expected] ?? issue.expected}, but is ${kind ?? 'something else'}`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big' || issue.code === 'invalid_type') {
    return `${where} is ${textOf(found) ?? kind}, which is out of range`;
  }
  return `${where} has an unexpected form (${kind ?? 'something else'})`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function fieldOf(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return (value as unknown[])[Number(key)];
  return field(recordOf(value), String(key));
}

/** Line of the value at `path`, or of the nearest thing around it. */
function lineOf(text: string, tree: Node, path: readonly PropertyKey[]): number {
  const keys = path.map((key) => (typeof key === 'number' ? key : String(key)));
  for (let length = keys.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, keys.slice(0, length));
    if (node) return lineColumn(text, node.offset).line;
  }
  return 1;
}
