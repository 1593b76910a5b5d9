/**
 * The way of a track from PLAN to COMPLETE with everything that the loop knows: one plan rejected, a board with a
 * condition, eight tasks in three groups of which one fails once, one evaluation failed and its fix cycle, business sync,
 * retrospective. What an agent does depends only on what stands in the files of the track, so that it is the same however
 * often the loop is broken off.
 */
export const wholeWay = {
  rules: [
    { role: 'plan-evaluator', revision: 1, do: 'fail', reasons: ['Task 2.3 has no acceptance criteria'] },
    {
      role: 'director',
      director: 'CSO',
      phase: 'vote',
      checkpoint: 'EVALUATE_PLAN',
      conditions: ['Entries are escaped'],
    },
    { role: 'worker', task: '2.2', attempt: 1, do: 'fail', reasons: ['The list is empty'] },
    {
      role: 'execution-evaluator',
      fixCycles: 0,
      do: 'fail',
      reasons: ['An entry without a name is saved'],
    },
  ],
};
