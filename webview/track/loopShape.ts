import type { DrawnStep, LoopWay } from '../../src/shared/trackModel';

/** Where the loop's boxes and lines stand, lying and upright. A box is 140×48 (mockups/README, "Nodes and edges"). */
export interface LoopShape {
  readonly name: 'wide-svg' | 'tall';
  readonly width: number;
  readonly height: number;
  readonly nodes: Readonly<Record<DrawnStep, readonly [x: number, y: number]>>;
  readonly edges: Readonly<Record<LoopWay, EdgeShape>>;
}

export interface EdgeShape {
  readonly line: string;
  readonly tip: string;
  readonly label: readonly [x: number, y: number, anchor: 'start' | 'middle' | 'end'];
  /** The label's comma becomes a new line. */
  readonly lines?: true;
}

export const box = { width: 140, height: 48 } as const;

const right = (x: number, y: number): string => `M${String(x)} ${String(y)} l-7 -3.5 v7 z`;
const left = (x: number, y: number): string => `M${String(x)} ${String(y)} l7 -3.5 v7 z`;
const up = (x: number, y: number): string => `M${String(x)} ${String(y)} l-3.5 7 h7 z`;
const down = (x: number, y: number): string => `M${String(x)} ${String(y)} l-3.5 -7 h7 z`;

export const wideLoop: LoopShape = {
  name: 'wide-svg',
  width: 1092,
  height: 200,
  nodes: {
    PLAN: [1, 52],
    EVALUATE_PLAN: [191, 52],
    EXECUTE: [381, 52],
    EVALUATE_EXECUTION: [571, 52],
    BUSINESS_SYNC: [761, 52],
    COMPLETE: [951, 52],
    FIX: [571, 148],
  },
  edges: {
    planned: { line: 'M141 76 H186', tip: right(190, 76), label: [164, 68, 'middle'] },
    planPassed: { line: 'M331 76 H376', tip: right(380, 76), label: [354, 68, 'middle'] },
    executed: { line: 'M521 76 H566', tip: right(570, 76), label: [544, 68, 'middle'] },
    toSync: { line: 'M711 76 H756', tip: right(760, 76), label: [734, 68, 'middle'] },
    synced: { line: 'M901 76 H946', tip: right(950, 76), label: [924, 68, 'middle'] },
    planFailed: {
      line: 'M261 100 V120 Q261 128 253 128 H79 Q71 128 71 120 V105',
      tip: up(71, 101),
      label: [166, 144, 'middle'],
    },
    noSync: {
      line: 'M641 52 V32 Q641 24 649 24 H1013 Q1021 24 1021 32 V47',
      tip: down(1021, 51),
      label: [831, 17, 'middle'],
    },
    failed: { line: 'M637 100 V143', tip: down(637, 147), label: [629, 128, 'end'] },
    fixed: { line: 'M685 148 V105', tip: up(685, 101), label: [693, 128, 'start'] },
  },
};

export const tallLoop: LoopShape = {
  name: 'tall',
  width: 432,
  height: 496,
  nodes: {
    PLAN: [88, 16],
    EVALUATE_PLAN: [88, 100],
    EXECUTE: [88, 184],
    EVALUATE_EXECUTION: [88, 268],
    BUSINESS_SYNC: [88, 352],
    COMPLETE: [88, 436],
    FIX: [284, 268],
  },
  edges: {
    planned: { line: 'M158 64 V95', tip: down(158, 99), label: [168, 86, 'start'] },
    planPassed: { line: 'M158 148 V179', tip: down(158, 183), label: [168, 170, 'start'] },
    executed: { line: 'M158 232 V263', tip: down(158, 267), label: [168, 254, 'start'] },
    toSync: { line: 'M158 316 V347', tip: down(158, 351), label: [168, 338, 'start'] },
    synced: { line: 'M158 400 V431', tip: down(158, 435), label: [168, 422, 'start'] },
    planFailed: {
      line: 'M88 124 H52 Q44 124 44 116 V48 Q44 40 52 40 H83',
      tip: right(87, 40),
      label: [44, 79, 'middle'],
      lines: true,
    },
    noSync: {
      line: 'M88 292 H52 Q44 292 44 300 V452 Q44 460 52 460 H83',
      tip: right(87, 460),
      label: [44, 372, 'middle'],
      lines: true,
    },
    failed: { line: 'M228 282 H279', tip: right(283, 282), label: [256, 274, 'middle'] },
    fixed: { line: 'M284 302 H233', tip: left(229, 302), label: [256, 318, 'middle'] },
  },
};
