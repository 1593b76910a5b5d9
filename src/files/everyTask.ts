/** These tasks and all below them, in file order. */
export function* everyTask<T extends { readonly tasks: readonly T[] }>(tasks: readonly T[]): Generator<T> {
  for (const task of tasks) {
    yield task;
    yield* everyTask(task.tasks);
  }
}
