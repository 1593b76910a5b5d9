/** Text of a file inside Markdown of ours: nothing in it may act as Markdown, HTML, icon or link. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, '\\$&').replaceAll(/\s*\n\s*/g, ' ');
}

/** Lines of a tooltip, a blank line between each. */
export function paragraphs(lines: readonly (string | undefined | false)[]): string {
  return lines.filter((line): line is string => typeof line === 'string' && line !== '').join('\n\n');
}
