/**
 * One circle for each strongly connected component of a directed graph that has one, as a path along the edges. Edges
 * to unknown nodes are ignored.
 */
export function circlesOf(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): string[][] {
  return circularComponents(nodes, edgesOf).map((members) => circleIn(members, edgesOf));
}

/**
 * The strongly connected components of a directed graph that hold a circle: more than one node, or a node that leads
 * to itself. Iterative (Tarjan), so that a chain of 100,000 nodes does not exhaust the stack. Edges to unknown nodes
 * are ignored. Each component begins with the node that the walk over the given order met first.
 */
export function circularComponents(
  nodes: readonly string[],
  edgesOf: (node: string) => readonly string[],
): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const known = new Set(nodes);
  const onStack = new Set<string>();
  const stack: string[] = [];
  const components: string[][] = [];
  let counter = 0;

  const enter = (node: string): Frame => {
    index.set(node, counter);
    low.set(node, counter);
    counter += 1;
    stack.push(node);
    onStack.add(node);
    return { node, edges: edgesOf(node), next: 0 };
  };

  for (const start of nodes) {
    if (index.has(start)) continue;
    const work: Frame[] = [enter(start)];
    while (work.length > 0) {
      const frame = work[work.length - 1]!;
      const target = frame.edges[frame.next];
      if (target !== undefined) {
        frame.next += 1;
        if (!known.has(target)) continue;
        if (!index.has(target)) work.push(enter(target));
        else if (onStack.has(target)) low.set(frame.node, Math.min(low.get(frame.node)!, index.get(target)!));
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(frame.node)!));
      if (low.get(frame.node) !== index.get(frame.node)) continue;
      const component: string[] = [];
      for (;;) {
        const member = stack.pop()!;
        onStack.delete(member);
        component.push(member);
        if (member === frame.node) break;
      }
      if (component.length > 1 || edgesOf(frame.node).includes(frame.node)) {
        components.push(component.reverse());
      }
    }
  }
  return components;
}

interface Frame {
  readonly node: string;
  readonly edges: readonly string[];
  next: number;
}

/** A shortest circle from the first node of a circular component back to it (breadth first). */
export function circleIn(members: readonly string[], edgesOf: (node: string) => readonly string[]): string[] {
  const start = members[0]!;
  const component = new Set(members);
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at]!;
    for (const target of edgesOf(node)) {
      // An edge to itself is a circle, but not the one that holds the component together.
      if (target === node && component.size > 1) continue;
      if (target === start) {
        const path = [node];
        for (let back = cameFrom.get(node); back !== undefined; back = cameFrom.get(back)) path.push(back);
        return path.reverse();
      }
      if (!component.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
  return [...component];
}
