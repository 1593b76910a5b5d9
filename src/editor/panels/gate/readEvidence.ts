import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Track } from '../../../model/track';
import type { GateEvidence } from '../../../rules/gates/gateEvidence';
import { personName } from '../../../store/git';
import { TestResultsReader } from '../../../store/readTestResults';
import { testResults } from '../../settings';
import { readTestResultsSetting } from './testResultsSetting';

/** What bears on the gates of a track besides the track itself, as it is on disk now. */
export interface ReadEvidence {
  readonly evidence: GateEvidence;
  /** What is wrong with the settings. */
  readonly problems: readonly string[];
  /** Folder that holds the conductor directory. */
  readonly base: string;
  readonly by?: string;
}

/** One for each folder: a file that has not changed is not read twice. */
const readers = new Map<string, TestResultsReader>();

export async function readEvidence(track: Track): Promise<ReadEvidence> {
  const uri = vscode.Uri.file(track.root);
  const base = dirname(track.root);
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? base;
  const { named, problems } = readTestResultsSetting(testResults(uri));
  let reader = readers.get(folder);
  if (!reader) readers.set(folder, (reader = new TestResultsReader(folder)));
  const [results, by] = await Promise.all([reader.read(named), nameIn(base)]);
  return {
    evidence: results.length > 0 ? { results } : {},
    problems,
    base,
    ...(by === undefined || by === '' ? {} : { by }),
  };
}

/** A name is asked for again after this long: a panel that follows running agents would ask several times a second. */
const nameAgeMs = 3000;
const names = new Map<string, { readonly at: number; readonly name: Promise<string | undefined> }>();

function nameIn(folder: string): Promise<string | undefined> {
  const now = performance.now();
  const known = names.get(folder);
  if (known && now - known.at < nameAgeMs) return known.name;
  const name = personName(folder);
  names.set(folder, { at: now, name });
  return name;
}
