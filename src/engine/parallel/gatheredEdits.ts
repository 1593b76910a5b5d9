import { resolve } from 'node:path';
import { applyEdits } from '../../files/textEdit';
import type { EditRefusal, EditResult } from '../../model/edit';
import type { CreateRequest, EditOutcome, EditRequest, FileEditor } from '../../store/fileEditor';

interface Waiting {
  readonly request: EditRequest;
  readonly done: (outcome: EditOutcome) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Edits of one file that are asked for while one is being made are made together, as one: five workers that end at the
 * same time cost one write of plan.md. Each request has its own answer.
 */
export class GatheredEdits implements FileEditor {
  private readonly waiting = new Map<string, Waiting[]>();

  /** @param pause how long a first request waits for others that are about to come */
  constructor(
    private readonly editor: FileEditor,
    private readonly pause: () => Promise<void> = () => Promise.resolve(),
  ) {}

  create(request: CreateRequest): Promise<EditOutcome> {
    return this.editor.create(request);
  }

  edit(request: EditRequest): Promise<EditOutcome> {
    // What can be cancelled is nobody else's.
    if (request.signal) return this.editor.edit(request);
    const file = resolve(request.root, request.file);
    return new Promise((done, failed) => {
      const queue = this.waiting.get(file);
      if (queue) {
        queue.push({ request, done, failed });
        return;
      }
      this.waiting.set(file, [{ request, done, failed }]);
      void this.work(file);
    });
  }

  private async work(file: string): Promise<void> {
    await this.pause();
    for (let batch = this.take(file); batch.length > 0; batch = this.take(file)) {
      await this.make(batch);
    }
    this.waiting.delete(file);
  }

  private take(file: string): Waiting[] {
    return this.waiting.get(file)?.splice(0) ?? [];
  }

  private async make(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 1) return this.alone(batch[0]!);
    let refusals: readonly (EditRefusal | undefined)[] = [];
    let outcome: EditOutcome;
    try {
      outcome = await this.editor.edit({
        root: batch[0]!.request.root,
        file: batch[0]!.request.file,
        change: (text) => {
          const result = together(
            text,
            batch.map(({ request }) => request.change),
          );
          refusals = result.refusals;
          return result.edit;
        },
      });
    } catch (error) {
      for (const { failed } of batch) failed(error);
      return;
    }
    for (const [i, waiting] of batch.entries()) {
      // A half-written text can refuse one change and take another: the editor believes it only when it stays so.
      if (!('refused' in outcome) && refusals[i]) await this.alone(waiting);
      else waiting.done('refused' in outcome && refusals[i] ? { refused: refusals[i] } : outcome);
    }
  }

  private async alone({ request, done, failed }: Waiting): Promise<void> {
    await this.editor.edit(request).then(done, failed);
  }
}

/** All changes that are not refused, one on the text of the other; refused as a whole when each of them is. */
function together(
  text: string,
  changes: readonly EditRequest['change'][],
): { readonly edit: EditResult; readonly refusals: readonly (EditRefusal | undefined)[] } {
  let after = text;
  const refusals = changes.map((change) => {
    const result = change(after);
    if ('refused' in result) return result.refused;
    after = applyEdits(after, result.edits);
    return undefined;
  });
  const first = refusals[0];
  if (first && refusals.every((refusal) => refusal !== undefined))
    return { edit: { refused: first }, refusals };
  return { edit: { edits: difference(text, after) }, refusals };
}

function difference(before: string, after: string): { start: number; end: number; text: string }[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [{ start, end: before.length - end, text: after.slice(start, after.length - end) }];
}
