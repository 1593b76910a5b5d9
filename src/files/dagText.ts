/** A task of the dag that is to be written. */
export interface DagTask {
  readonly id: string;
  readonly name: string;
  readonly files: readonly string[];
  readonly dependsOn: readonly string[];
  readonly phase?: number;
  readonly estimate?: string;
  readonly acceptance?: string;
}

export interface DagGroup {
  readonly id: string;
  readonly tasks: readonly string[];
  readonly conflictFree: boolean;
  readonly sharedResources: readonly string[];
}

/**
 * The `dag:` block in the layout of spec 003, "The DAG", without its fence, lines ended by LF. Texts are JSON strings,
 * which YAML reads as they are: no name can become a key, a number, a comment or the end of the block.
 */
export function dagYaml(tasks: readonly DagTask[], groups: readonly DagGroup[]): string {
  const lines = ['dag:', '  nodes:'];
  for (const { id, name, files, dependsOn, phase, estimate, acceptance } of tasks) {
    lines.push(
      `    - id: ${quoted(id)}`,
      `      name: ${quoted(name)}`,
      `      files: ${list(files)}`,
      `      depends_on: ${list(dependsOn)}`,
      ...(phase === undefined ? [] : [`      phase: ${phase}`]),
      ...(estimate === undefined ? [] : [`      estimated_duration: ${quoted(estimate)}`]),
      ...(acceptance === undefined ? [] : [`      acceptance: ${quoted(acceptance)}`]),
    );
  }
  if (groups.length > 0) {
    lines.push('', '  parallel_groups:');
    for (const { id, tasks: ids, conflictFree, sharedResources } of groups) {
      lines.push(
        `    - id: ${quoted(id)}`,
        `      tasks: ${list(ids)}`,
        `      conflict_free: ${conflictFree}`,
        ...(conflictFree
          ? []
          : [`      shared_resources: ${list(sharedResources)}`, '      coordination_strategy: "file_lock"']),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Escapes also what ends a line in YAML or for an editor, and what is no character by itself. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}
