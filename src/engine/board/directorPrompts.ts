import { oneLine } from '../../files/oneLine';
import type { BoardSession, Director } from '../../model/board';
import { promptTemplate, type PromptName } from '../prompts/promptTemplates';
import { renderPrompt } from '../prompts/renderPrompt';
import { directorValues } from '../prompts/roles';
import { discussionRounds } from './boardRecord';

/** What the templates of all three phases are filled with. */
export interface DirectorPrompts {
  readonly overrides: Readonly<Record<string, string>>;
  readonly trackId: string;
  readonly session: BoardSession;
}

const longestAssessment = 2500;
const longestDiscussion = 12_000;

/** The prompt of one director. Throws PromptTemplateError for a template of the project that asks for what is not known. */
export function directorPrompt(
  { overrides, trackId, session }: DirectorPrompts,
  phase: 'assess' | 'discuss' | 'vote',
  director: Director,
  answerFile: string,
  round = 0,
): string {
  const name = `director-${phase}.md` satisfies PromptName;
  return renderPrompt(
    promptTemplate(name, overrides).text,
    {
      ...directorValues(director),
      track_id: trackId,
      answer_path: answerFile,
      proposal: proposalOf(session),
      assessments: assessmentsText(session),
      discussion: discussionText(session),
      round: String(round),
      max_rounds: String(discussionRounds),
    },
    name,
  );
}

export function proposalOf(session: BoardSession): string {
  return [session.proposal ?? '', session.context ?? ''].filter((part) => part !== '').join('\n\n');
}

function assessmentsText(session: BoardSession): string {
  const said = Object.entries(session.assessments).map(([director, a]) => {
    const lists = [
      ['Key points', a.keyPoints],
      ['Concerns', a.concerns],
      ['Recommendations', a.recommendations],
    ] as const;
    const lines = lists.flatMap(([title, items]) =>
      items.length === 0 ? [] : [`- ${title}: ${items.map(oneLine).join('; ')}`],
    );
    const score = a.score === undefined ? '' : `, score ${a.score} of 10`;
    return clip(
      [`### ${director}: ${a.verdict ?? 'no verdict'}${score}`, ...lines].join('\n'),
      longestAssessment,
    );
  });
  return said.length === 0 ? 'Nobody has assessed it.' : said.join('\n\n');
}

/** The last of it, when there is more than a prompt should hold. */
function discussionText(session: BoardSession): string {
  const said = session.discussion.map(
    ({ from, to, type, message, round, changesMyVerdict }) =>
      `- Round ${round ?? '?'}, ${from ?? '?'} to ${to ?? 'ALL'} (${type ?? 'remark'}${changesMyVerdict ? ', changes their verdict' : ''}): ${oneLine(message)}`,
  );
  const last: string[] = [];
  let length = 0;
  for (const line of said.reverse()) {
    length += line.length + 1;
    if (length > longestDiscussion) break;
    last.unshift(line);
  }
  if (said.length === 0) return 'Nothing was said.';
  const left = said.length - last.length;
  return [...(left > 0 ? [`- … ${left} earlier remarks`] : []), ...last].join('\n');
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
