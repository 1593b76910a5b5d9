import path from 'node:path';
import { pictureOf } from '../../../src/panels/graph/picture';
import { graphModelOf } from '../../../src/panels/graphModel';
import { parsePlan } from '../../../src/files/planFile';
import { collapsePhases } from '../../../src/rules/taskGraph/collapsePhases';
import { taskGraphOf } from '../../../src/rules/taskGraph';
import type { GraphModel } from '../../../src/shared/graphModel';
import { readConductor } from '../../../src/store/readConductor';
import { trackOf } from '../../unit/rules/builders';

/** Models of the Graph panel as the host makes them, from the sample and from plans of our own. */

const readAt = Date.UTC(2026, 9, 26, 14, 32, 8);

export async function sampleModel(id: string): Promise<GraphModel> {
  const { roots } = await readConductor({ folders: [path.resolve('sample')], archives: true });
  const track = roots[0]!.tracks.find((candidate) => candidate.id === id)!;
  return graphModelOf(track, { readAt, picture: pictureOf(taskGraphOf(track)) });
}

/** The same with a phase as one box. */
export async function foldedModel(id: string, phase: string): Promise<GraphModel> {
  const { roots } = await readConductor({ folders: [path.resolve('sample')], archives: true });
  const track = roots[0]!.tracks.find((candidate) => candidate.id === id)!;
  const whole = taskGraphOf(track);
  const collapsed = new Set([phase]);
  const picture = pictureOf(collapsePhases(whole, collapsed));
  return graphModelOf(track, { readAt, picture, whole, collapsed });
}

/** What a plan.md with this text shows. */
export function modelOfPlan(text: string, o: { before?: string } = {}): GraphModel {
  const track = trackOf({ plan: parsePlan(text) });
  const before = o.before === undefined ? undefined : trackOf({ plan: parsePlan(o.before) });
  const picture = pictureOf(taskGraphOf(track), before && pictureOf(taskGraphOf(before)));
  return graphModelOf(track, { readAt, picture });
}
