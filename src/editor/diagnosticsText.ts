import { platform, release } from 'node:os';
import * as vscode from 'vscode';
import type { ConductorSnapshot } from '../model/root';

/** What a bug report needs to know, without the content of anybody's files. */
export function diagnosticsText(snapshot: ConductorSnapshot, version: string): string {
  const lines = [
    `Conductor ${version}, VS Code ${vscode.version}, ${platform()} ${release()}, node ${process.versions.node}`,
    `Remote: ${vscode.env.remoteName === undefined ? 'no' : 'yes'}; trusted: ${vscode.workspace.isTrusted}; folders: ${vscode.workspace.workspaceFolders?.length ?? 0}`,
    snapshot.watchProblem ? `Watching: ${snapshot.watchProblem}` : 'Watching: ok',
  ];
  for (const root of snapshot.roots) {
    const tasks = root.tracks.reduce((sum, track) => sum + track.progress.total, 0);
    lines.push(
      '',
      `${root.path}: ${root.dialects.join(', ') || 'no dialect'}; ${root.tracks.length} tracks, ${root.archive.count} archived, ${tasks} tasks; read ${new Date(root.readAt).toISOString()}`,
    );
    for (const problem of [...root.problems, ...root.tracks.flatMap((track) => track.problems)]) {
      lines.push(
        `- ${problem.severity} ${problem.code} ${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
