import * as vscode from 'vscode';
import { l10n } from 'vscode';
import { megabytes } from '../../store/limits';
import type { RunController } from './runController';
import { OutputTail } from './outputTail';

const channelName = 'Conductor: Agents';
const every = 500;
/** Files that are followed at once: a run has at most 20 workers, with leads and directors beside them. */
const mostFiles = 64;

/**
 * What the agents of this window's runs print, each line behind the id of its agent. It is read from their output files,
 * which keep everything, and only while somebody looks: what was printed before is read then, from the end of each file.
 */
export class AgentOutputChannel implements vscode.Disposable {
  readonly #runs: RunController;
  readonly #log: Pick<vscode.LogOutputChannel, 'warn'>;
  /** By file; the ones of ended agents until they have been read. */
  readonly #tails = new Map<string, OutputTail>();
  /** Files that were taken up at some time. */
  readonly #met = new Set<string>();
  readonly #disposables: vscode.Disposable[];
  #channel: vscode.OutputChannel | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(runs: RunController, log: Pick<vscode.LogOutputChannel, 'warn'>) {
    this.#runs = runs;
    this.#log = log;
    this.#disposables = [
      runs.onDidChange(() => this.#follow()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#follow()),
    ];
  }

  show(): void {
    this.#open().show(true);
    this.#follow();
  }

  /** Reads once, whether anybody looks or not. For tests, and for the last lines of an agent. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readAll());
    return this.#reading;
  }

  #open(): vscode.OutputChannel {
    this.#channel ??= vscode.window.createOutputChannel(channelName, 'log');
    return this.#channel;
  }

  /** The panel shows an output channel as a document of its own scheme, named after the channel. */
  #isVisible(): boolean {
    return vscode.window.visibleTextEditors.some(
      ({ document: { uri } }) =>
        uri.scheme === 'output' && decodeURIComponent(uri.path).includes(channelName),
    );
  }

  #follow(): void {
    const live = this.#meet();
    // The list of channels has it from the first agent on.
    if (this.#tails.size > 0) this.#open();
    if (this.#tails.size === 0 || this.#timer !== undefined || !this.#isVisible()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.read().then(() => {
        if (live.size > 0) this.#follow();
      });
    }, every);
  }

  /** Takes up the files of agents that were not met before. Gives the ones that are written to still. */
  #meet(): ReadonlySet<string> {
    const ours = this.#runs.runs.flatMap(({ activity }) => activity.agents);
    const ended = this.#runs.runs.flatMap(({ activity }) => activity.endedAgents);
    const left = this.#runs.foreign.flatMap(({ inspection }) =>
      inspection.openAgents
        .filter(({ alive }) => alive)
        .map(({ outputFile, intent }) => ({ outputFile, id: intent.workerId })),
    );
    for (const { outputFile, id } of [...ended, ...left, ...ours]) {
      if (this.#met.has(outputFile)) continue;
      this.#met.add(outputFile);
      this.#tails.set(outputFile, new OutputTail(outputFile, id));
    }
    for (const file of [...this.#tails.keys()].slice(0, -mostFiles)) this.#tails.delete(file);
    return new Set([...ours, ...left].map(({ outputFile }) => outputFile));
  }

  async #readAll(): Promise<void> {
    const live = this.#meet();
    const shown: string[] = [];
    for (const [file, tail] of this.#tails) {
      try {
        const { lines, skipped } = await tail.read();
        if (skipped > 0) {
          shown.push(l10n.t('[{0}] … {1} left out, see {2}', tail.id, megabytes(skipped), file));
        }
        shown.push(...lines.map((line) => `[${tail.id}] ${line}`));
      } catch (error) {
        this.#log.warn(`${file} cannot be followed.`, error);
        this.#tails.delete(file);
        continue;
      }
      if (live.has(file)) continue;
      // It has ended, and was read after that.
      shown.push(...tail.end().map((line) => `[${tail.id}] ${line}`));
      this.#tails.delete(file);
    }
    if (shown.length > 0) this.#open().append(`${shown.join('\n')}\n`);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
    this.#channel?.dispose();
  }
}
