/** A question that an agent raised in a track's questions.json, and the answer that it waits for. */
export interface Question {
  /** Unique in the file: its `id`, made fit for an id of our own; made from its text when it has none. */
  readonly key: string;
  readonly question: string;
  readonly context?: string;
  /** Answers that the agent thinks of, in its order. */
  readonly options: readonly string[];
  /** What the agent itself would do. */
  readonly recommendation?: string;
  readonly askedBy?: string;
  readonly askedAt?: string;
  /** Id of the task that it came up at, where the agent says so. */
  readonly task?: string;
  /** Absent: it waits for one. */
  readonly answer?: QuestionAnswer;
  /** Places in the list: the same question may stand there more than once. */
  readonly places: readonly number[];
}

export interface QuestionAnswer {
  readonly answer: string;
  /** `tech-lead`, `orchestrator`, or the name of a person. Absent: written by somebody who did not say. */
  readonly answeredBy?: string;
  readonly answeredAt?: string;
  readonly authority?: string;
  readonly reasoning?: string;
}
