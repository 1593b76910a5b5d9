import { join } from 'node:path';
import { everyTask } from '../../files/everyTask';
import {
  workerFileText,
  workerTemplateFile,
  workerTemplateFor,
  workerTemplateValues,
  type WorkerTask,
  type WorkerTemplate,
} from '../../files/workerFiles';
import type { EditRefusal } from '../../model/edit';
import type { TaskNode } from '../../rules/taskGraph';
import { removeFile } from '../../store/removeFile';
import { promptTemplate, type PromptName } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import type { RunContext } from '../run/runContext';
import { boardConditionsText } from '../run/stepPrompt';
import { projectPath } from './bus';
import type { Execution } from './execution';

/** A worker before it is started: made from a template (spec 003, "Worker Agents"; FORMATS §4.16). */
export interface MadeWorker {
  readonly workerId: string;
  readonly template: WorkerTemplate;
  /** What it is told. */
  readonly prompt: string;
  /** Its file: front matter and prompt. */
  readonly text: string;
}

/**
 * Makes the worker of a task from the template of the task's type; templates of the project win over ours.
 * @param overrides texts of the project's own templates, by file name
 * @throws PromptTemplateError
 */
export function makeWorker(
  { context, track, graph }: Execution,
  node: TaskNode,
  workerId: string,
  overrides: Readonly<Record<string, string>>,
): MadeWorker {
  const template = workerTemplateFor(node.type);
  const task: WorkerTask = {
    taskId: node.id,
    taskName: node.name,
    trackId: context.place.trackId,
    files: node.files,
    dependsOn: node.dependsOn,
    unblocks: graph.edges.filter(({ from }) => from === node.id).map(({ to }) => to),
    messageBusPath: projectPath(context.place, context.place.bus),
    workerId,
    timestamp: context.ports.clock().toISOString(),
    ...(node.phaseName === undefined ? {} : { phase: node.phaseName }),
    ...(node.acceptance === undefined ? {} : { acceptance: node.acceptance }),
    ...instructionsOf(track, node),
  };
  const rendered = (name: PromptName, protocol: string): string => {
    const { text } = promptTemplate(name, overrides);
    return renderPrompt(text, workerTemplateValues(task, protocol), name);
  };
  const file = workerTemplateFile(template) as PromptName;
  const ofTask = rendered(file, rendered('base-worker-protocol.md', ''));
  const conditions = boardConditionsText(track, projectPath(context.place, context.place.trackFolder));
  const prompt = conditions === undefined ? ofTask : `${ofTask.trimEnd()}\n\n${conditions}\n`;
  return { workerId, template, prompt, text: workerFileText(task, template, prompt) };
}

/** Sub-tasks and notes of the task in plan.md: they are done with it. */
function instructionsOf({ plan }: Execution['track'], node: TaskNode): { instructions?: string } {
  const tasks = plan?.phases.flatMap((phase) => phase.tasks) ?? [];
  const task = [...everyTask(tasks)].find(({ id }) => id === node.taskId);
  const lines = [
    ...(task?.notes ?? []).map((note) => `- ${note}`),
    ...[...everyTask(task?.tasks ?? [])].map((sub) => `- [${sub.marker === 'done' ? 'x' : ' '}] ${sub.text}`),
  ];
  return lines.length === 0 ? {} : { instructions: lines.join('\n') };
}

/**
 * Where a worker's file lies while it lives: with the bus, and not in a folder of one agent program as in the origin
 * (`.claude/skills/workers/`), since workers of every provider have one and only the track's own folder is ours to write.
 */
export function workerFilePath({ place }: Pick<RunContext, 'place'>, workerId: string): string {
  return join(place.bus, 'workers', `${workerId}.md`);
}

export async function writeWorkerFile(
  context: RunContext,
  worker: MadeWorker,
): Promise<EditRefusal | undefined> {
  const file = workerFilePath(context, worker.workerId);
  const made = await context.ports.editor.create({ root: context.place.root, file, text: worker.text });
  return 'refused' in made && made.refused.code !== 'exists' ? made.refused : undefined;
}

export function removeWorkerFile(context: RunContext, workerId: string): Promise<EditRefusal | undefined> {
  return removeFile(context.place.root, workerFilePath(context, workerId));
}
