import type { RunEntry } from './runEntry';
import type { RunJournal } from './runJournal';
import { RunFold, type RunState } from './runState';

/** An entry without its time. */
export type RunNote = RunEntry extends infer E ? (E extends RunEntry ? Omit<E, 'at'> : never) : never;

/** The journal of the run that is going on, and what it adds up to. */
export class RunLog {
  private readonly kept: RunEntry[];
  private readonly fold = new RunFold();
  private folded: RunState | undefined;

  constructor(
    private readonly journal: Pick<RunJournal, 'append' | 'entries'>,
    private readonly clock: () => Date,
  ) {
    this.kept = [...journal.entries];
    for (const entry of this.kept) this.fold.take(entry);
  }

  get entries(): readonly RunEntry[] {
    return this.kept;
  }

  /** Resolves when the entry is on the disk; only then it counts. Throws RunJournalError. */
  async append(note: RunNote): Promise<void> {
    const entry = { ...note, at: this.clock().toISOString() } as RunEntry;
    await this.journal.append(entry);
    this.kept.push(entry);
    this.fold.take(entry);
    this.folded = undefined;
  }

  state(): RunState {
    return (this.folded ??= this.fold.state());
  }
}
