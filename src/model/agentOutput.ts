/** What an agent printed on standard output, as far as it says how its run ended (FORMATS §4.5). */
export interface AgentOutput {
  /** The last line that is, as a whole, a JSON verdict. */
  readonly json?: {
    readonly verdict: 'PASS' | 'FAIL';
    readonly summary: string;
    readonly filesChanged?: number;
    readonly line: number;
  };
  /** The last line of each marker. */
  readonly markers: Readonly<Partial<Record<AgentMarker, { readonly text: string; readonly line: number }>>>;
  readonly lines: number;
}

export const agentMarkers = [
  'PLAN CREATED',
  'VERDICT',
  'TASKS COMPLETED',
  'COMMITS',
  'FIXES APPLIED',
  'TASK COMPLETE',
  'WORKERS SPAWNED',
  'BLOCKED',
  'ERROR',
] as const;
export type AgentMarker = (typeof agentMarkers)[number];
