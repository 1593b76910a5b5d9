import { join } from 'node:path';
import type { EscalationRequest } from '../../model/escalationRequest';
import type { EscalationTrigger } from '../../rules/loopFacts';
import { pausedBy, type ParallelDecision, type ParallelRun } from '../../rules/parallel';
import type { TaskGraph } from '../../rules/taskGraph';
import { plainTaskId } from '../../rules/taskGraph/graphTask';
import type { RunContext } from '../run/runContext';

type Escalate = Extract<ParallelDecision, { readonly kind: 'escalate' }>;

const triggerOf: Readonly<Record<Escalate['trigger'], EscalationTrigger>> = {
  'task-failed': 'task-failed',
  contradiction: 'task-contradiction',
  blocked: 'task-blocked',
  'group-timeout': 'group-timeout',
  deadlock: 'deadlock',
  stuck: 'stuck',
};

/** What a person is asked about the tasks that cannot go on (spec 003, "Failure Isolation"), one request each. */
export function taskEscalations(
  decisions: readonly ParallelDecision[],
  graph: TaskGraph,
  run: ParallelRun,
  place: RunContext['place'],
): EscalationRequest<EscalationTrigger>[] {
  return decisions.flatMap((decision) => {
    if (decision.kind !== 'escalate') return [];
    const { id, trigger, because, taskId, group } = decision;
    const subject = taskId ?? group;
    return [
      {
        id,
        trigger: triggerOf[trigger],
        description:
          subject === undefined
            ? because
            : `${taskId === undefined ? 'Group' : 'Task'} ${subject}: ${because}`,
        step: 'EXECUTE' as const,
        ...(subject === undefined ? {} : { subject }),
        context: taskId === undefined ? [] : contextOf(taskId, graph, run, place),
      },
    ];
  });
}

function contextOf(taskId: string, graph: TaskGraph, run: ParallelRun, place: RunContext['place']): string[] {
  const paused = pausedBy(graph, taskId);
  const tried = run.workers.filter((worker) => plainTaskId(worker.taskId) === plainTaskId(taskId));
  const node = graph.nodes.find(({ id }) => id === taskId);
  return [
    ...(node === undefined || node.file === '' ? [] : [`${node.name} (plan.md:${node.line})`]),
    ...(paused.length === 0
      ? []
      : [
          `Paused until then: ${paused.slice(0, 10).join(', ')}${paused.length > 10 ? ` and ${paused.length - 10} more` : ''}.`,
        ]),
    ...tried
      .slice(-3)
      .map(({ workerId }) => `Output of ${workerId}: ${join(place.runFolder, `${workerId}.log`)}`),
  ];
}
