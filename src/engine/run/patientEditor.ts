import type { FileEditor } from '../../store/fileEditor';
import type { RunPorts } from './runPorts';

/** Longer than a lock without a sign of life holds (spec 001: 30 s), ms. */
const patienceMs = 45_000;

/**
 * An editor for a run: nobody looks at it and waits, so what another program holds up (`file-busy`) is tried again until
 * its lock is left behind. A person's edit is refused much sooner.
 */
export function patientEditor(
  editor: FileEditor,
  { clock, sleep }: Pick<RunPorts, 'clock' | 'sleep'>,
  signal: AbortSignal,
): FileEditor {
  return {
    edit: async (request) => {
      const until = clock().getTime() + patienceMs;
      for (;;) {
        const outcome = await editor.edit(request);
        const busy = 'refused' in outcome && outcome.refused.code === 'file-busy';
        if (!busy || signal.aborted || clock().getTime() >= until) return outcome;
        await sleep(250, signal);
      }
    },
    create: (request) => editor.create(request),
  };
}
