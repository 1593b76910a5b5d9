import type { GraphModel, GraphNode } from '../../src/shared/graphModel';
import { icons } from '../ui/icons';
import { taskSigns, type Sign, type Tone } from '../ui/state';
import { cutToFit, isolated, textWidth, type Fonts } from './textFit';

/** One thing that is drawn in a box, at its place in the box. SVG and canvas draw the same. */
export type BoxMark =
  | {
      readonly kind: 'text';
      readonly role: 'id' | 'name' | 'word' | 'commit' | 'count' | 'worker';
      readonly x: number;
      readonly y: number;
      readonly anchor: 'start' | 'end' | 'middle';
      readonly text: string;
    }
  | {
      readonly kind: 'icon';
      readonly char: string;
      readonly tone: Tone;
      readonly x: number;
      readonly y: number;
    }
  | {
      readonly kind: 'chip';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };

export function signOf(node: GraphNode): Sign {
  if (node.ghost === 'missing') return { icon: 'question', tone: 'idle', word: 'Not in the plan' };
  return taskSigns[node.state];
}

/** "Blocked by 2.1" */
export function wordOf(node: GraphNode): string {
  return node.word ?? signOf(node).word;
}

/** "3.3 Order confirmation page, Blocked by 2.1, 2 files, on the critical path": the name of a box for screen readers. */
export function accessibleName(
  model: GraphModel,
  i: number,
  o: { critical: boolean; conflict: boolean },
): string {
  const node = model.nodes[i]!;
  const files = node.files?.length ?? 0;
  const name = node.name === node.id ? node.id : `${node.id} ${node.name}`;
  return [
    name.length > 300 ? `${name.slice(0, 300)}…` : name,
    wordOf(node),
    node.worker,
    node.commit,
    node.stands === undefined ? undefined : `${node.stands} tasks as one box`,
    files === 0 ? undefined : files === 1 ? '1 file' : `${files} files`,
    o.conflict ? 'file conflict' : undefined,
    o.critical ? 'on the critical path' : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

const cache = new WeakMap<GraphNode, { fonts: Fonts; marks: readonly BoxMark[] }>();

/** What stands in a box: id and name; below icon, word, then worker or commit, and the number of files. */
export function boxContent(node: GraphNode, width: number, fonts: Fonts): readonly BoxMark[] {
  const known = cache.get(node);
  if (known?.fonts === fonts) return known.marks;
  const marks = made(node, width, fonts);
  cache.set(node, { fonts, marks });
  return marks;
}

function made(node: GraphNode, width: number, fonts: Fonts): BoxMark[] {
  const sign = signOf(node);
  const isPhase = node.stands !== undefined;
  const id = isPhase ? '' : cutToFit(node.id, node.name === node.id ? width - 24 : width * 0.4, fonts.id);
  const nameX = id === '' ? 12 : 12 + Math.ceil(textWidth(id, fonts.id)) + 8;
  const marks: BoxMark[] = [
    ...(id === ''
      ? []
      : [{ kind: 'text', role: 'id', x: 12, y: 25, anchor: 'start', text: isolated(id) } as const]),
    { kind: 'icon', char: icons[sign.icon], tone: sign.tone, x: 11, y: 51 },
  ];
  if (node.name !== node.id || isPhase) {
    const text = isolated(cutToFit(node.name, width - 12 - nameX, fonts.name));
    marks.push({ kind: 'text', role: 'name', x: nameX, y: 25, anchor: 'start', text });
  }
  let right = width - 10;
  const files = node.files?.length ?? 0;
  if (files > 0) {
    const count = String(files);
    marks.push({ kind: 'text', role: 'count', x: right, y: 48, anchor: 'end', text: count });
    const iconX = right - 24 - Math.max(0, textWidth(count, fonts.small) - 7);
    marks.push({ kind: 'icon', char: icons.file, tone: 'idle', x: iconX, y: 51 });
    right = iconX - 10;
  }
  const wordRoom = right - 30;
  const word = cutToFit(wordOf(node), wordRoom, fonts.small);
  marks.push({ kind: 'text', role: 'word', x: 30, y: 48, anchor: 'start', text: isolated(word) });
  const room = wordRoom - textWidth(word, fonts.small) - 12;
  if (node.worker !== undefined && room > 40) {
    const text = cutToFit(node.worker, room - 12, fonts.small);
    const chip = Math.ceil(textWidth(text, fonts.small)) + 12;
    marks.push({ kind: 'chip', x: right - chip, y: 36, width: chip, height: 17 });
    marks.push({
      kind: 'text',
      role: 'worker',
      x: right - chip / 2,
      y: 48.5,
      anchor: 'middle',
      text: isolated(text),
    });
  } else if (node.commit !== undefined && room > 30) {
    const text = cutToFit(node.commit.slice(0, 8), room, fonts.smallMono);
    marks.push({ kind: 'text', role: 'commit', x: right, y: 48, anchor: 'end', text });
  }
  return marks;
}
