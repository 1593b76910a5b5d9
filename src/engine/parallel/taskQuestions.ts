import type { EscalationRequest } from '../../model/escalationRequest';
import type { Track } from '../../model/track';
import { optionsFor } from '../../rules/escalationOptions';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { resolvedChanges } from '../blockTrack';
import { escalate } from '../escalation/escalate';
import { editMetadata, touched } from '../metadataEdit';
import type { RunContext } from '../run/runContext';

type Request = EscalationRequest<EscalationTrigger>;

/**
 * What a person is asked about tasks while workers still run (spec 003, "Failure Isolation"): each question stands in
 * `blockers[]` as soon as it is due, and the step goes on. So it is heard at once, and not lost when the run is stopped.
 */
export class TaskQuestions {
  /** Ids of requests that are due and were told. */
  private readonly due = new Set<string>();
  private readonly written = new Map<string, readonly string[]>();

  constructor(private readonly context: RunContext) {}

  /** Ids of requests that a person was told of. */
  get told(): ReadonlySet<string> {
    return this.due;
  }

  /** Tells those of the requests that were not due before. What could not be written is asked at the end. */
  async tell(track: Track, requests: readonly Request[]): Promise<void> {
    const now = new Set(requests.flatMap(({ id }) => id ?? []));
    for (const id of [...this.due]) if (!now.has(id)) this.due.delete(id);
    const fresh = requests.filter(({ id }) => id !== undefined && !this.due.has(id));
    if (fresh.length === 0) return;
    const result = await escalate(this.context.ports, track, fresh, { keepStep: true });
    for (const { id, trigger, step = 'EXECUTE', description, subject } of fresh) {
      this.due.add(id!);
      const options = optionsFor(trigger, subject).map(({ label }) => label);
      this.context.emit({ event: 'escalated', trigger, step, description, options });
    }
    if ('refused' in result) {
      this.context.emit({ event: 'warning', message: result.refused.message });
      return;
    }
    for (const { id } of fresh) {
      const blockers = result.blockers.filter((blocker) => blocker === id || blocker.startsWith(`${id}#`));
      this.written.set(id!, blockers);
    }
  }

  /** Takes back what is not asked any more, since somebody did it meanwhile: nobody should have to answer that. */
  async withdraw(track: Track): Promise<void> {
    const idle = [...this.written].flatMap(([id, blockers]) => (this.due.has(id) ? [] : blockers));
    if (idle.length === 0) return;
    const at = this.context.ports.clock().toISOString();
    const outcome = await editMetadata(this.context.ports, track, (metadata) => {
      const changes = idle.flatMap(
        (id) => resolvedChanges(metadata, id, 'It came right while the run went on.', at).changes,
      );
      return changes.length > 0 ? [...changes, ...touched(metadata, at)] : [];
    });
    if ('refused' in outcome) this.context.emit({ event: 'warning', message: outcome.refused.message });
  }
}
