import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Track } from '../../../model/track';
import type { GateEvidence } from '../../../rules/gates/gateEvidence';
import { readGateEvidence } from '../../../store/gateEvidence';
import { personName } from '../../personName';
import { testResults } from '../../settings';
import { readTestResultsSetting } from './testResultsSetting';

/** What bears on the gates of a track besides the track itself, as it is on disk now. */
export interface ReadEvidence {
  readonly evidence: GateEvidence;
  /** What was not looked at, and why. */
  readonly remarks: readonly string[];
  /** What is wrong with the settings. */
  readonly problems: readonly string[];
  /** Folder that holds the conductor directory. */
  readonly base: string;
  /** Folder in which the usual places of results are looked at; absent when the setting names some. */
  readonly usualIn?: string;
  readonly by?: string;
}

/** @throws the signal's reason when aborted */
export async function readEvidence(track: Track, signal?: AbortSignal): Promise<ReadEvidence> {
  const uri = vscode.Uri.file(track.root);
  const base = dirname(track.root);
  const { named, problems } = readTestResultsSetting(testResults(uri));
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? base;
  const [{ evidence, remarks }, by] = await Promise.all([
    readGateEvidence(track, {
      folder,
      // Without a setting the usual places are looked at.
      ...(named.length > 0 ? { resultPaths: named } : {}),
      trusted: vscode.workspace.isTrusted,
      ...(signal ? { signal } : {}),
    }),
    personName(track.root),
  ]);
  return {
    evidence,
    remarks,
    problems,
    base,
    ...(named.length > 0 ? {} : { usualIn: folder }),
    ...(by === undefined ? {} : { by }),
  };
}
