import { createHash } from 'node:crypto';
import type { Gate, GateDecision } from '../model/gate';
import type { Track } from '../model/track';
import { decide } from '../rules/gates/decide';
import { gateActionsOf, type GateActions, type Permission } from '../rules/gates/gateActions';
import type { ResultFile } from '../rules/gates/gateEvidence';
import type { Act, GateModel, ShownGate, ShownResults } from '../shared/gateModel';
import type { PlaceLink } from '../shared/protocol';
import { choicesOf, type ChosenGate } from './gate/choose';
import { actOf, groupsOf } from './gate/criteria';
import { outcomeLook, tagOf } from './gate/looks';
import { reviewsOf, roundsOf } from './gate/rounds';
import { headlineOf, ruleOf, scoreOf, standingOf } from './gate/ruleShown';
import { short } from './gate/texts';

export interface GateModelOptions {
  readonly readAt: number;
  /** Folder that holds the conductor directory: files that are named in texts are found from there. */
  readonly base: string;
  /** Name of the person at the keyboard. */
  readonly by?: string;
  /** The report that can be written, and why it cannot be now. */
  readonly report?: ShownGate['report'];
  /** What is wrong with the settings. */
  readonly notices?: readonly string[];
  /** What was not looked at, and why. */
  readonly remarks?: readonly string[];
}

/** What the Gate panel shows of a track. Pure. */
export function gateModelOf(track: Track, chosen: ChosenGate, o: GateModelOptions): GateModel {
  const { gate, evidence, missing } = chosen;
  return {
    name: short(track.name, 300),
    trackId: short(track.id, 200),
    readAt: o.readAt,
    choices: choicesOf(chosen),
    gate: shownGate(track, gate, o),
    notices: [
      ...(missing === undefined
        ? []
        : [
            `There is no gate “${short(missing, 80)}” in this track (any more). This is the gate that the track stands at.`,
          ]),
      ...(o.notices ?? []),
    ].map((notice) => short(notice, 600)),
    sources: sourcesOf(track),
    remarks: bears(gate) ? (o.remarks ?? []).slice(0, 20).map((remark) => short(remark, 300)) : [],
    results: bears(gate) ? (evidence.results ?? []).map(resultsOf) : [],
    ...(o.by === undefined ? {} : { by: short(o.by, 120) }),
  };
}

function shownGate(track: Track, gate: Gate, o: GateModelOptions): ShownGate {
  const decision = decide(gate);
  const actions = gateActionsOf(track, gate);
  const { approve, requestChanges, reject } = actions;
  const base = {
    id: gate.id,
    kind: gate.kind,
    title: short(gate.title, 300),
    round: gate.round,
    seen: seenOf(gate, decision, actions),
    outcome: decision.outcome,
    look: outcomeLook(decision.outcome),
    tag: tagOf(gate, decision),
    headline: headlineOf(gate, decision),
    standing: standingOf(gate, approve, [approve, requestChanges, reject]),
    roundText: roundText(track, gate),
    ...(gate.evaluatedAt === undefined ? {} : { evaluatedAt: short(gate.evaluatedAt, 60) }),
    ...(gate.evaluator === undefined ? {} : { evaluator: short(gate.evaluator, 120) }),
    ...(gate.statedVerdict === undefined ? {} : { statedVerdict: short(gate.statedVerdict, 120) }),
    score: scoreOf(gate, decision),
    rule: ruleOf(decision),
    groups: groupsOf(track, gate, actions, o.base),
    rounds: roundsOf(gate, decision, o.base),
    contradictions: contradictionsOf(gate),
    reviews: reviewsOf(gate),
    acts: {
      approve: verdictAct(approve),
      requestChanges: verdictAct(requestChanges),
      reject: verdictAct(reject),
      asksBusinessSync: actions.asks.includes('businessSync') && approve.allowed,
    },
  };
  return o.report ? { ...base, report: o.report } : base;
}

/** That every decision is recorded is said once, beside the note. */
function verdictAct(permission: Permission): Act {
  const act = actOf(permission);
  const says = act.says
    .replace(/ ?The decision is recorded in gate_reviews\[\] of metadata\.json\. ?/, ' ')
    .trim();
  if (says === '') return act;
  // Where nothing but the record is written, that is said instead.
  return { ...act, says: /^(?:The loop|plan\.md) stays/.test(says) ? `It is only recorded. ${says}` : says };
}

/** The stamp of everything that a person sees before deciding: another stamp, another thing to decide on. */
function seenOf(gate: Gate, decision: GateDecision, actions: GateActions): string {
  const said = [actions.approve, actions.requestChanges, actions.reject].map((permission) =>
    permission.allowed ? permission.effect : permission.because,
  );
  const seen = [
    gate.id,
    gate.round,
    decision.outcome,
    gate.reviews.length,
    gate.contradictions.length,
    contradictionsOf(gate),
    gate.criteria.map(({ id, state, required, value, minimum, waived }) => [
      id,
      state,
      required,
      String(value),
      String(minimum),
      waived !== undefined,
    ]),
    said,
  ];
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 32);
}

/** The stamp of a gate as it is now. */
export function stampOf(track: Track, gate: Gate): string {
  return seenOf(gate, decide(gate), gateActionsOf(track, gate));
}

function contradictionsOf({ contradictions }: Gate): string[] {
  return contradictions.slice(0, 20).map((text) => short(text, 800));
}

function roundText(track: Track, gate: Gate): string {
  const { loop } = track;
  if (!loop || (gate.kind !== 'EVALUATE_PLAN' && gate.kind !== 'EVALUATE_EXECUTION')) return '';
  const text = `Round ${String(gate.round)}`;
  if (gate.round < 2) return text;
  return gate.kind === 'EVALUATE_EXECUTION'
    ? `${text}, after fix cycle ${String(gate.round - 1)} of ${String(loop.maxFixCycles)}`
    : `${text}, after plan revision ${String(gate.round - 1)}`;
}

function sourcesOf(track: Track): PlaceLink[] {
  const { metadata, plan } = track.documents;
  const reports = [...new Set(track.reports.map(({ file }) => file))];
  return [...new Set([metadata, plan, ...reports])]
    .filter((file) => file !== undefined)
    .map((file) => ({ file }));
}

/** Whether files of test results say anything at this gate. */
function bears({ kind }: Gate): boolean {
  return kind === 'EVALUATE_EXECUTION' || kind === 'PHASE_COMPLETION' || kind === 'METRICS';
}

function resultsOf({ file, results, feeds = [] }: ResultFile): ShownResults {
  const [first] = results.metrics;
  const [problem] = results.problems;
  const line = first?.line ?? problem?.line;
  return {
    place: { file, ...(line === undefined ? {} : { line }) },
    text: short(
      first
        ? `${results.format ?? ''}: ${first.detail}`
        : (problem?.message ?? 'It says nothing that can be used.'),
      400,
    ),
    ok: first !== undefined,
    feeds: feeds
      .slice(0, 20)
      .map(({ criterion, metric }) =>
        short(metric === undefined ? criterion : `${criterion} (${metric})`, 120),
      ),
  };
}
