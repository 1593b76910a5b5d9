import { join } from 'node:path';
import type { BoardModel, BoardSessionModel, DirectorModel } from '../../../src/shared/boardModel';
import { boardModelOf, type BoardModelOptions } from '../../../src/panels/boardModel';
import type { Track } from '../../../src/model/track';
import { id, loopProject, type Project } from '../engine/project';

/** Fixtures of the board: real files, read by the real store. */

export const sessionId = 'board-20260201100000';
export const boardFolder = `tracks/${id}/.message-bus/board`;

export const kept = {
  session_id: sessionId,
  checkpoint: 'EVALUATE_PLAN',
  verdict: 'APPROVED',
  vote_summary: { CA: 'APPROVE', CPO: 'APPROVE', CSO: 'APPROVE', COO: 'REJECT', CXO: 'APPROVE' },
  conditions: ['Add caching (CA)', 'Load test the webhook (COO)'],
  timestamp: '2026-02-01T10:41:00Z',
};

/** A meeting that runs on the bus: all assessed, some voted. */
export function runningFiles(o: { votes?: object | string; discussion?: string; session?: object } = {}) {
  return {
    [`${boardFolder}/session-${sessionId}.json`]: {
      session_id: sessionId,
      checkpoint: 'EVALUATE_PLAN',
      status: 'VOTING',
      proposal: { proposal: 'Ship it', context: 'before the sale' },
      started_at: '2026-02-01T10:00:00Z',
      phases: { discuss: { status: 'COMPLETE', rounds: 2, max_rounds: 3 } },
      ...o.session,
    },
    [`${boardFolder}/assessments.json`]: assessments,
    [`${boardFolder}/votes.json`]: o.votes ?? {
      CA: {
        final_verdict: 'APPROVE',
        confidence: 0.9,
        conditions: ['Add caching'],
        timestamp: '2026-02-01T10:40:00Z',
      },
      COO: { final_verdict: 'REJECT', confidence: 0.7, timestamp: '2026-02-01T10:41:00Z' },
    },
    [`${boardFolder}/discussion.jsonl`]: o.discussion ?? '',
  };
}

export const assessments = {
  CA: {
    verdict: 'APPROVE',
    score: 8.2,
    breakdown: { system_design: 8.5, code_quality: 8, tech_debt: 8, performance: 7.5, integration: 9 },
    key_points: ['One writer of the status'],
    concerns: ['Retries need a key store'],
    recommendations: ['Prove it with a test'],
  },
  CPO: { verdict: 'APPROVE', score: 9, usability_check: { passed: true, notes: '5 of 5 paid' } },
  CSO: {
    verdict: 'CONCERNS',
    score: 7,
    vulnerabilities: [
      { severity: 'medium', type: 'replay', location: 'webhook.ts', remediation: 'store keys' },
    ],
    audit_required: true,
  },
  COO: {
    verdict: 'CONCERNS',
    score: 5,
    timeline_assessment: {
      proposed: '6 days',
      realistic: '9 days',
      confidence: 0.6,
      critical_path: ['2.1', '2.2'],
    },
    cost_estimate: { one_time: '2000 EUR', monthly: '10 EUR' },
    risks: [{ risk: 'Freeze', probability: 'high', impact: 'high', mitigation: 'flag' }],
  },
  CXO: {
    verdict: 'APPROVE',
    score: 8,
    accessibility_audit: {
      score: 7.5,
      issues: [{ severity: 'minor', issue: 'Not announced', wcag: '4.1.3', fix: 'live region' }],
    },
  },
};

export function boardProject(
  sessions: readonly object[] = [kept],
  files: Readonly<Record<string, string | object>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Promise<Project> {
  return loopProject(
    { current_step: 'EVALUATE_PLAN', step_status: 'IN_PROGRESS' },
    { board_sessions: sessions, ...more },
    files,
  );
}

export function modelOf(track: Track, o: Partial<BoardModelOptions> = {}): BoardModel {
  return boardModelOf(track, { readAt: 0, ...o });
}

export function sessionOf(model: BoardModel): BoardSessionModel {
  if (!model.session) throw new Error('the model has no session');
  return model.session;
}

export function directorOf(model: BoardModel, key: string): DirectorModel {
  const found = sessionOf(model).directors.find((director) => director.key === key);
  if (!found) throw new Error(`no director ${key}`);
  return found;
}

export function busFile(project: Project, name: string): string {
  return join(project.conductor, boardFolder, name);
}
