import type { MetricGateSettings } from '../../model/gate';
import type { TestResults } from '../../model/testResults';

/** What bears on gates besides the track itself. All of it may be missing. */
export interface GateEvidence {
  /** Test result files named in settings, as they were read. */
  readonly results?: readonly ResultFile[];
  /** Metric gates that are in use; none: no metric gate is shown. */
  readonly metricGates?: readonly MetricGateSettings[];
  readonly git?: GitState;
}

export interface ResultFile {
  /** Absolute path. */
  readonly file: string;
  readonly results: TestResults;
  /** Criteria of metric gates that the file answers; without `metric` with the one that counts for its form. */
  readonly feeds?: readonly { readonly criterion: string; readonly metric?: string }[];
}

export interface GitState {
  /** Files of the working tree that are not committed. */
  readonly uncommitted: number;
  /** Short sha */
  readonly head?: string;
  /** Absent when HEAD is detached. */
  readonly branch?: string;
}

/** The gates of spec 000, "Gate Types". */
export const defaultMetricGates: readonly MetricGateSettings[] = [
  {
    name: 'testing',
    criteria: {
      unitTests: { min: 80, required: true },
      integrationTests: { min: 70, required: true },
      e2eTests: { min: 60, required: false },
      security: { min: 90, required: true },
    },
    action: 'review',
  },
  {
    name: 'deployment',
    criteria: {
      coverage: { min: 80, required: true },
      performance: { min: 8.5, required: true },
      vision: { min: 8.0, required: true },
    },
    action: 'deploy',
  },
];
