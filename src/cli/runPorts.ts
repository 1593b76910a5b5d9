import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NodeBackgroundAgents } from '../engine/run/nodeBackgroundAgents';
import { NodeProcesses } from '../engine/run/processes';
import type { RunPlace } from '../engine/run/runContext';
import type { RunPorts } from '../engine/run/runPorts';
import type { Track } from '../model/track';
import { DiskFileEditor } from '../store/fileEditor';
import { headCommit } from '../store/git';
import { DiskTrackSource } from '../store/trackSource';
import { askPerson } from './askPerson';
import type { Call } from './command';
import { NegativeAnswer } from './failure';
import type { FoundTrack } from './readFolder';

/** Where a run of this track happens. Throws NegativeAnswer for a track that has no folder. */
export function runPlaceOf({ track, root }: FoundTrack): Omit<RunPlace, 'bus' | 'runFolder'> {
  return {
    root: track.root,
    projectRoot: dirname(track.root),
    trackFolder: folderOfTrack(track),
    trackId: track.id,
    ...(root.registryFile === undefined ? {} : { registryFile: root.registryFile }),
  };
}

function folderOfTrack(track: Track): string {
  if (track.folder !== undefined) return track.folder;
  throw new NegativeAnswer(
    'no-folder',
    `${track.id} is registered in tracks.md but has no folder, so nothing can run on it. Make the folder, or remove the entry.`,
  );
}

/** The world of a run as a process on the command line has it. */
export function runPortsFor(
  call: Pick<Call, 'signal'>,
  place: Omit<RunPlace, 'bus' | 'runFolder'>,
): RunPorts {
  const processes = new NodeProcesses();
  return {
    // Not interrupted by Ctrl+C: what a run writes at its end is written whole, and no lock is waited for long.
    editor: new DiskFileEditor(),
    clock: () => new Date(),
    git: { headCommit },
    agents: new NodeBackgroundAgents({ processes }),
    processes,
    tracks: new DiskTrackSource({
      root: place.root,
      trackFolder: place.trackFolder,
      ...(place.registryFile === undefined ? {} : { registryFile: place.registryFile }),
    }),
    newId: randomUUID,
    sleep: (ms, signal) => pause(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
    confirm: (question) =>
      process.stdin.isTTY && process.stderr.isTTY
        ? askPerson(question, { input: process.stdin, output: process.stderr, signal: call.signal })
        : Promise.resolve('later'),
  };
}
