import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { AgentProvider } from '../../../../src/engine/agentProvider';
import { attendQuestions, type Attended } from '../../../../src/engine/leads/attendQuestions';
import type { RunContext, RunSettings } from '../../../../src/engine/run/runContext';
import type { RunEventBody } from '../../../../src/engine/run/runEvent';
import type { Track } from '../../../../src/model/track';
import { DiskTrackSource } from '../../../../src/store/trackSource';
import { Scene, scripted, until } from '../run/agentScene';

/**
 * A lead that answers with what stands in leads.json beside its project: by its agent's id, the first entry whose key is
 * in it; a list is one answer for each attempt. Its prompts are kept. Without an answer it writes none.
 */
export const leadScript = `
const fs = require('node:fs');
const path = require('node:path');
const { CONDUCTOR_ROOT: root, CONDUCTOR_ANSWER: file, CONDUCTOR_WORKER_ID: id, CONDUCTOR_ATTEMPT: attempt } = process.env;
fs.appendFileSync(path.join(root, 'prompts.jsonl'), JSON.stringify({ id, prompt: process.argv[1] }) + '\\n');
const answers = JSON.parse(fs.readFileSync(path.join(root, 'leads.json'), 'utf8'));
const found = Object.entries(answers).find(([key]) => id.includes(key));
const answer = found && Array.isArray(found[1]) ? found[1][Number(attempt) - 1] : found && found[1];
if (answer === 'wait') setInterval(() => undefined, 1000);
else if (typeof answer === 'string') fs.writeFileSync(file, answer);
else if (answer) fs.writeFileSync(file, JSON.stringify(answer));
`;

/** A track whose agents ask: real files, leads that are real processes. */
export class LeadsScene {
  private constructor(
    readonly scene: Scene,
    readonly context: RunContext,
  ) {}

  static async make(
    o: {
      readonly questions?: unknown;
      /** Answers of leads. */
      readonly leads?: object;
      readonly matrix?: string;
      readonly metadata?: object;
      readonly settings?: Partial<RunSettings>;
      readonly in?: LeadsScene;
      readonly provider?: AgentProvider;
      readonly signal?: AbortSignal;
      /** Time limit of agents. */
      readonly limitMs?: number;
    } = {},
  ): Promise<LeadsScene> {
    const provider = o.provider ?? scripted(leadScript);
    const before = o.in?.scene;
    const scene = await Scene.make(provider, {
      ...(before ? { in: before } : {}),
      ...(o.limitMs === undefined ? {} : { limitMs: o.limitMs }),
    });
    const { root, trackFolder } = scene.place;
    const context: RunContext = {
      ...scene.context,
      ports: {
        ...scene.ports,
        tracks: new DiskTrackSource({ root, trackFolder }),
        // Fifty times as fast, and no listener stays behind.
        sleep: (ms, signal) => setTimeout(ms / 50, undefined, { signal }).catch(() => undefined),
      },
      settings: { ...scene.context.settings, onUserQuestion: 'wait', ...o.settings },
      ...(o.signal ? { signal: o.signal } : {}),
    };
    const made = new LeadsScene(scene, context);
    if (!before) {
      made.write('tracks/login/plan.md', '# Plan\n\n## Phase 1: Work\n\n- [ ] Task 1.1: Thing\n');
      made.write('tracks/login/spec.md', '# Login\n');
      made.write('tracks/login/metadata.json', {
        version: 3,
        track_id: 'login',
        status: 'in_progress',
        own: { kept: [1] },
        loop_state: { current_step: 'EXECUTE', step_status: 'IN_PROGRESS', fix_cycle_count: 0 },
        ...o.metadata,
      });
    }
    if (o.questions !== undefined) made.write('tracks/login/questions.json', o.questions);
    if (o.matrix !== undefined) made.write('authority-matrix.md', o.matrix);
    writeFileSync(join(scene.folder, 'leads.json'), JSON.stringify(o.leads ?? {}));
    return made;
  }

  /** Attends until `holds`, as if the asking agent ended then. */
  async attend(holds: () => boolean | Promise<boolean> = () => true, what = 'it holds'): Promise<Attended> {
    return attendQuestions(this.context, until(what, holds));
  }

  get events(): RunEventBody[] {
    return this.scene.events;
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.event === 'warning' ? [event.message] : []));
  }

  track(): Promise<Track> {
    return this.context.ports.tracks.read();
  }

  text(file: string): string {
    return readFileSync(join(this.scene.place.root, file), 'utf8');
  }

  write(file: string, value: unknown): void {
    const path = join(this.scene.place.root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  }

  questions(): Record<string, unknown>[] {
    return JSON.parse(this.text('tracks/login/questions.json')) as Record<string, unknown>[];
  }

  answerTo(id: string): unknown {
    return this.questions().find((entry) => entry['id'] === id)?.['answer'];
  }

  metadata(): Record<string, unknown> & {
    blockers?: Record<string, unknown>[];
    lead_consultations?: Record<string, unknown>[];
    loop_state: Record<string, unknown>;
  } {
    return JSON.parse(this.text('tracks/login/metadata.json')) as ReturnType<LeadsScene['metadata']>;
  }

  consultations(): Record<string, unknown>[] {
    return this.metadata().lead_consultations ?? [];
  }

  prompts(): { id: string; prompt: string }[] {
    try {
      return readFileSync(join(this.scene.folder, 'prompts.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; prompt: string });
    } catch {
      return [];
    }
  }
}

export const decides = (lead: string, decision: string, more: object = {}): object => ({
  lead,
  decision_made: true,
  decision,
  reasoning: `The ${lead} lead says so`,
  authority_used: 'TECH_CHOICE',
  escalate_to: null,
  ...more,
});
