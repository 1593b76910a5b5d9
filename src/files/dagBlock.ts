import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import type { Dag, DagNode, ParallelGroup } from '../model/dag';
import type { TextProblem } from '../model/problem';

/** A graph of 10,000 nodes takes about 1.5 MB; what is larger is a mistake or an attack. */
const longestYaml = 2_000_000;
const mostAliases = 100;
const mostProblems = 20;

/** Blocks read before, by their text, with lines counted from 1. The dag seldom changes when plan.md does, and YAML is slow. */
const known = new Map<string, Dag>();
const mostKnown = 32;

/**
 * Reads the `dag:` block of a plan (spec 003 "The DAG", FORMATS §4.8, VARIATIONS §4). Never throws: invalid YAML and
 * entries that cannot be used become problems with their line, the rest is still read.
 * @param firstLine 1-based line in plan.md of the first line of the YAML; the fence is taken to be the line before
 */
export function parseDag(yamlText: string, firstLine: number): Dag {
  const dag = known.get(yamlText) ?? readDag(yamlText);
  // Newest last; the oldest goes.
  known.delete(yamlText);
  known.set(yamlText, dag);
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) {
      break;
    }
    known.delete(oldest);
  }
  return movedDown(dag, firstLine - 1);
}

function movedDown(dag: Dag, by: number): Dag {
  const moved = <T extends { readonly line: number }>(items: readonly T[]): T[] =>
    items.map((item) => ({ ...item, line: item.line + by }));
  return {
    nodes: moved(dag.nodes),
    parallelGroups: moved(dag.parallelGroups),
    line: Math.max(1, dag.line + by),
    endLine: dag.endLine + by,
    problems: dag.problems.map((problem) => ({
      ...problem,
      line: (problem.line ?? 1) + by,
    })),
  };
}

function readDag(yamlText: string): Dag {
  const counter = new LineCounter();
  const reader = new DagReader(counter);
  const endLine = yamlText.split('\n').length + 1;
  const dag = (nodes: DagNode[], parallelGroups: ParallelGroup[]): Dag => ({
    nodes,
    parallelGroups,
    line: 0,
    endLine,
    problems: reader.problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  });
  if (yamlText.length > longestYaml) {
    reader.problem(
      undefined,
      'error',
      'dag-too-large',
      `The dag block has ${yamlText.length} characters; more than ${longestYaml} are not read.`,
    );
    return dag([], []);
  }
  const document = parse(yamlText, counter, reader);
  const root = document && isMap(document.contents) ? document.contents : undefined;
  const body = reader.resolve(root?.get('dag', true), document);
  if (!document || !isMap(body)) {
    reader.problem(
      undefined,
      'error',
      'dag-invalid',
      'The dag block holds no mapping under `dag:`. Write `dag:` with `nodes:` below it.',
    );
    return dag([], []);
  }
  return dag(reader.nodes(body, document), reader.groups(body, document));
}

function parse(yamlText: string, counter: LineCounter, reader: DagReader): Document | undefined {
  try {
    const document = parseDocument(yamlText, {
      lineCounter: counter,
      prettyErrors: false,
      strict: false,
      uniqueKeys: false,
      logLevel: 'silent',
      schema: 'core',
    });
    for (const error of document.errors) {
      reader.problem(
        error.pos[0],
        'error',
        'dag-invalid',
        `The dag block is not valid YAML here: ${error.message.split('\n', 1)[0] ?? error.code}`,
      );
    }
    return document;
  } catch (error) {
    // The library promises not to throw; depth of nesting can still exhaust its stack.
    reader.problem(undefined, 'error', 'dag-invalid', `The dag block cannot be read: ${String(error)}`);
    return undefined;
  }
}

/** Turns YAML nodes into the model; keeps what went wrong. */
class DagReader {
  readonly problems: TextProblem[] = [];
  private aliases = 0;

  constructor(private readonly counter: LineCounter) {}

  problem(
    offset: number | undefined,
    severity: TextProblem['severity'],
    code: string,
    message: string,
  ): void {
    if (this.problems.length < mostProblems) {
      this.problems.push({ line: this.lineOf(offset), severity, code, message });
    }
  }

  nodes(dag: YAMLMap, document: Document): DagNode[] {
    const nodes: DagNode[] = [];
    for (const { item, key } of this.entries(dag, 'nodes', document)) {
      const id = this.text(item, 'id', document) ?? key;
      if (id === undefined || id === '') {
        this.problem(
          item.range?.[0],
          'error',
          'dag-node-without-id',
          'This dag node has no id. Give it one, e.g. id: "1.1".',
        );
        continue;
      }
      const phase = Number(this.text(item, 'phase', document));
      nodes.push({
        id,
        name: this.text(item, 'name', document) ?? this.text(item, 'title', document) ?? id,
        type: this.text(item, 'type', document),
        files: this.list(item, 'files', document),
        dependsOn: this.list(item, 'depends_on', document, ['dependsOn', 'deps', 'dependencies']),
        phase: Number.isFinite(phase) && item.has('phase') ? phase : undefined,
        estimatedDuration: this.text(item, 'estimated_duration', document),
        acceptance: this.text(item, 'acceptance', document),
        line: this.lineOf(item.range?.[0]),
      });
    }
    return nodes;
  }

  groups(dag: YAMLMap, document: Document): ParallelGroup[] {
    return this.entries(dag, 'parallel_groups', document).map(({ item, key }, index) => {
      const free = this.text(item, 'conflict_free', document)?.toLowerCase();
      return {
        id: this.text(item, 'id', document) ?? key ?? `pg-${index + 1}`,
        tasks: this.list(item, 'tasks', document),
        conflictFree:
          free === 'true' || free === 'yes' ? true : free === 'false' || free === 'no' ? false : undefined,
        sharedResources: this.list(item, 'shared_resources', document),
        coordinationStrategy: this.text(item, 'coordination_strategy', document),
        line: this.lineOf(item.range?.[0]),
      };
    });
  }

  /** Follows aliases, but only so many: they may stand for each other without end. */
  resolve(value: unknown, document: Document | undefined): Node | undefined {
    let node = value;
    while (isAlias(node) && document) {
      if (++this.aliases > mostAliases) {
        if (this.aliases === mostAliases + 1) {
          this.problem(
            node.range?.[0],
            'error',
            'dag-too-many-aliases',
            `The dag block uses more than ${mostAliases} YAML aliases; the rest are not followed.`,
          );
        }
        return undefined;
      }
      node = node.resolve(document);
    }
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  }

  /** The mappings in a list; a mapping of id → node is taken as such a list too. */
  private entries(dag: YAMLMap, key: string, document: Document): { item: YAMLMap; key?: string }[] {
    const list = this.resolve(dag.get(key, true), document);
    if (list === undefined || (isScalar(list) && list.value === null)) {
      return [];
    }
    if (isMap(list)) {
      return list.items.flatMap((pair: Pair) => {
        const item = this.resolve(pair.value, document);
        return isMap(item) ? [{ item, key: scalarText(pair.key) }] : [];
      });
    }
    if (!isSeq(list)) {
      this.problem(list.range?.[0], 'error', 'dag-invalid', `\`${key}:\` of the dag block should be a list.`);
      return [];
    }
    return list.items.flatMap((item) => {
      const value = this.resolve(item, document);
      if (isMap(value)) {
        return [{ item: value }];
      }
      this.problem(
        value?.range?.[0],
        'error',
        'dag-invalid',
        `An entry of \`${key}:\` in the dag block is not a mapping.`,
      );
      return [];
    });
  }

  private text(map: YAMLMap, key: string, document: Document): string | undefined {
    const value = this.resolve(map.get(key, true), document);
    return isScalar(value) && value.value !== null ? scalarText(value) : undefined;
  }

  private list(map: YAMLMap, key: string, document: Document, otherKeys: readonly string[] = []): string[] {
    const used = [key, ...otherKeys].find((name) => map.has(name));
    const value = used === undefined ? undefined : this.resolve(map.get(used, true), document);
    if (isScalar(value)) {
      // `depends_on: 1.1` or `files: a.ts, b.ts`
      return value.value === null
        ? []
        : scalarText(value)
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '' && item.toLowerCase() !== 'none');
    }
    if (!isSeq(value)) {
      return [];
    }
    return value.items.flatMap((item) => {
      const scalar = this.resolve(item, document);
      return isScalar(scalar) && scalar.value !== null ? [scalarText(scalar)] : [];
    });
  }

  /** Of something without a place of its own: the first line of the block. */
  private lineOf(offset: number | undefined): number {
    return offset === undefined ? 1 : Math.max(1, this.counter.linePos(offset).line);
  }
}

/** As written, so that the unquoted id 1.10 does not become 1.1. */
function scalarText(scalar: unknown): string {
  if (!isScalar(scalar)) {
    return '';
  }
  return scalar.source ?? String(scalar.value);
}
