import type { Marker, SettableMarker } from '../model/marker';
import type { TaskState } from '../rules/taskGraph';

/**
 * What the Graph panel shows, at one moment. Of a plan with ten thousand tasks it is still sent as a whole, so nodes name
 * each other and files by position, lengths are whole px, and what can be worked out from the rest is left out.
 */
export interface GraphModel {
  readonly name: string;
  readonly trackId: string;
  /** When the files that this was made from were read, epoch ms. */
  readonly readAt: number;
  readonly source: 'dag' | 'derived';
  /** What it was laid out from: "Layout from dag: in plan.md:8". */
  readonly origin: string;
  readonly originPlace?: GraphPlace;
  /** "Write DAG into plan.md" makes sense. */
  readonly canWriteDag: boolean;
  /** Absolute paths; places name them by position. */
  readonly files: readonly string[];
  /** Paths of the project as tasks write them; nodes name them by position. */
  readonly paths: readonly GraphPath[];
  readonly summary: GraphSummary;
  /** Size of the picture, and of every box in it, px. */
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  /** From the top. */
  readonly lanes: readonly GraphLane[];
  readonly phases: readonly GraphPhase[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly conflicts: readonly GraphConflict[];
  /** The critical path, by positions of nodes. */
  readonly critical: readonly number[];
  readonly notices: readonly GraphNotice[];
  readonly dispatch: GraphDispatch;
}

/** A file by its position in `files`, and a 1-based line. */
export type GraphPlace = readonly [file: number, line?: number];

export interface GraphPath {
  readonly path: string;
  /** Absolute, when it can be opened. */
  readonly file?: string;
}

export interface GraphSummary {
  /** "14 tasks", "in 5 groups". */
  readonly tasks: string;
  readonly groups: string;
  /** "16 h", "about 9 h"; absent without a path. `source` says what the numbers were made from. */
  readonly longest?: { readonly total: string; readonly left: string; readonly source: string };
  /** Tasks that can start now: the first of them with the node that each is drawn in, and how many there are. */
  readonly canStart: {
    readonly first: readonly { readonly id: string; readonly node?: number }[];
    readonly count: number;
  };
  /** Tasks in each state, those in collapsed phases included. */
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
}

export interface GraphLane {
  readonly label: string;
  /** "3 of 3 done". */
  readonly progress: string;
  /** "Conflict-free", "File conflict". */
  readonly note?: string;
  readonly warn?: boolean;
  /** The whole of what is known of it, for the title. */
  readonly detail: string;
  readonly y: number;
  readonly height: number;
}

export interface GraphPhase {
  readonly key: string;
  readonly name: string;
  readonly tasks: number;
  /** Drawn as one box. */
  readonly collapsed: boolean;
}

export interface GraphNode {
  readonly id: string;
  /** `Task.id` in plan.md, when it is another than `id`; null when plan.md has no such task. */
  readonly task?: string | null;
  readonly name: string;
  readonly state: TaskState;
  /** In place of the state's own word: "Running, 62 %", "Blocked by 2.1". */
  readonly word?: string;
  readonly marker?: Marker;
  /** Why its marker cannot be set here. */
  readonly fixed?: string;
  /** Only a person may tick it. */
  readonly person?: true;
  readonly lane: number;
  /** Position in `phases`. */
  readonly phase?: number;
  readonly x: number;
  readonly y: number;
  /** Positions in `paths`. */
  readonly files?: readonly number[];
  readonly worker?: string;
  readonly commit?: string;
  readonly type?: string;
  readonly acceptance?: string;
  /** "2 h, fourth of five on the critical path". */
  readonly estimate?: string;
  readonly at?: GraphPlace;
  readonly reasons?: readonly GraphReason[];
  readonly moreReasons?: number;
  readonly remarks?: readonly string[];
  readonly history?: readonly GraphEvent[];
  /** `missing`: nobody has this task. `outside`: plan.md has it, the dag does not. */
  readonly ghost?: 'missing' | 'outside';
  /** It stands for a whole phase: so many tasks. */
  readonly stands?: number;
  /** Their ids, one a line, so that a search finds the box that a task is in. */
  readonly holds?: string;
}

export interface GraphReason {
  /** Position of the node that holds it up; absent when the reason is its own. */
  readonly by?: number;
  /** "2.1 is running at 62 %, marker [~] in plan.md:47". */
  readonly because: string;
  readonly at?: GraphPlace;
}

export interface GraphEvent {
  /** As written by whoever posted it. */
  readonly time?: string;
  readonly text: string;
  readonly at?: GraphPlace;
  readonly commit?: string;
}

export interface GraphEdge {
  /** Positions of nodes: `to` waits for `from`. */
  readonly from: number;
  readonly to: number;
  /** It follows from order alone. */
  readonly implied?: true;
  /** It closes a circle; `phases`: only because phases are drawn as one box each. */
  readonly back?: 'tasks' | 'phases';
  /** x and y by turns, from the source to the target; see `edgePath`. */
  readonly points: readonly number[];
}

export interface GraphConflict {
  /** Positions of nodes. */
  readonly a: number;
  readonly b: number;
  /** "2.1 and 2.3 both write src/orders.ts". */
  readonly text: string;
}

/** What is wrong with the graph, or worth knowing about it. */
export interface GraphNotice {
  readonly tone: 'bad' | 'warn' | 'info';
  readonly text: string;
  readonly at?: GraphPlace;
  /** Position of a node to look at. */
  readonly node?: number;
}

/** Which task an agent would be started for now. */
export interface GraphDispatch {
  /** Position of its node. */
  readonly node?: number;
  /** What would be started, or why nothing can be. */
  readonly why: string;
}

/** What the Graph panel's page may ask, beyond CommonRequest. */
export type GraphRequest =
  /** `quick`: by a key, without questions as far as the settings let it. */
  | { readonly kind: 'mark'; readonly task: string; readonly marker: SettableMarker; readonly quick: boolean }
  | { readonly kind: 'dispatch'; readonly task: string }
  | { readonly kind: 'writeDag' }
  /** Draws these phases, by key, as one box each. */
  | { readonly kind: 'collapse'; readonly phases: readonly string[] }
  | { readonly kind: 'export'; readonly form: 'svg' | 'mermaid' | 'dot' }
  | { readonly kind: 'copyMermaid' }
  | { readonly kind: 'exportPng'; readonly png: Uint8Array };

/** Where one is in the page. */
export interface GraphLayout {
  /** Ids of nodes. */
  readonly selected?: string;
  readonly focused?: string;
  readonly camera?: GraphCamera;
  /** The table instead of the canvas, for wide panels and for narrow ones. */
  readonly table: boolean;
  readonly narrowTable: boolean;
  readonly sort?: { readonly by: GraphColumn; readonly down: boolean };
  readonly states: readonly TaskState[];
  readonly phase?: string;
  readonly collapsed: readonly string[];
  readonly critical: boolean;
}

/** What is seen of the picture: a point of it is drawn at `point × zoom + offset`. */
export interface GraphCamera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const GRAPH_COLUMNS = ['task', 'name', 'state', 'group', 'phase', 'needs', 'files', 'commit'] as const;
export type GraphColumn = (typeof GRAPH_COLUMNS)[number];
