import type { Ports } from '../../../engine/ports';
import { reviewGate } from '../../../engine/reviewGate';
import type { Track } from '../../../model/track';
import type { GateEvidence } from '../../../rules/gates/gateEvidence';
import { chooseGate } from '../../../panels/gate/choose';
import { stampOf } from '../../../panels/gateModel';
import type { ReviewAsked } from '../../../shared/gateModel';
import type { Reply } from '../../../shared/protocol';

/** Decisions that are being written, by track and gate: the same asked twice is written once. */
const underWay = new Set<string>();

/**
 * Writes what a person decided at a gate, if the gate is still what they looked at. `track` and `evidence` are as they
 * are on disk now.
 */
export async function reviewAsked(
  ports: Pick<Ports, 'editor' | 'clock' | 'git'>,
  track: Track,
  evidence: GateEvidence,
  asked: ReviewAsked,
  o: {
    readonly by?: string;
    readonly registryFile?: string;
    /** Reads the disk again; until then nothing else is decided at this gate, since it would be on what was. */
    readonly afterwards?: () => Promise<unknown>;
  } = {},
): Promise<Reply> {
  const key = [track.root, track.key, asked.gate].join('\u0000');
  if (underWay.has(key)) {
    return {
      ok: false,
      message: 'Another decision at this gate is being written. Look at it first, then repeat.',
    };
  }
  underWay.add(key);
  try {
    const reply = await review(ports, track, evidence, asked, o);
    await o.afterwards?.();
    return reply;
  } finally {
    underWay.delete(key);
  }
}

async function review(
  ports: Pick<Ports, 'editor' | 'clock' | 'git'>,
  track: Track,
  read: GateEvidence,
  asked: ReviewAsked,
  { by, registryFile }: { readonly by?: string; readonly registryFile?: string },
): Promise<Reply> {
  const chosen = chooseGate(track, read, asked.gate);
  if (!chosen || chosen.missing !== undefined) {
    return {
      ok: false,
      message: `${track.name} has no gate “${asked.gate.slice(0, 80)}” any more. Nothing was written.`,
    };
  }
  const { gate, evidence } = chosen;
  if (stampOf(track, gate) !== asked.seen) {
    return {
      ok: false,
      message: `“${gate.title}” has changed since you looked at it. Nothing was written; this is how it stands now. Look again, then repeat.`,
    };
  }
  const result = await reviewGate(ports, track, {
    gate,
    decision: asked.decision,
    evidence,
    reviews: gate.reviews.length,
    ...(asked.criterion === undefined ? {} : { criterion: asked.criterion }),
    ...(asked.value === undefined ? {} : { value: asked.value }),
    ...(asked.passed === undefined ? {} : { passed: asked.passed }),
    ...(asked.note === undefined || asked.note.trim() === '' ? {} : { note: asked.note }),
    ...(asked.businessSync === undefined ? {} : { businessSync: asked.businessSync }),
    ...(by === undefined ? {} : { by }),
    ...(registryFile === undefined ? {} : { registryFile }),
  });
  if ('refused' in result) {
    return { ok: false, message: `${result.refused.message} (“${gate.title}”, ${track.id})` };
  }
  return { ok: true, message: [result.why, ...result.warnings].filter((text) => text !== '').join(' ') };
}
