import type MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';

type Renderer = InstanceType<typeof MarkdownIt>;

/**
 * Markdown of a project as HTML for a panel: HTML in it stays text, images are not loaded but named with a link, links
 * keep their address for the host's check (commonRequests), and nothing has a style attribute, which the page's policy
 * refuses. Headings start at `h3`, below those of the page.
 */
export async function markdownHtml(text: string): Promise<string> {
  renderer ??= makeRenderer();
  return (await renderer).render(text);
}

let renderer: Promise<Renderer> | undefined;

async function makeRenderer(): Promise<Renderer> {
  const { default: Markdown } = await import('markdown-it');
  const md = new Markdown({ html: false, linkify: false, typographer: false });
  md.renderer.rules.image = (tokens, at) => {
    const token = tokens[at];
    const source = token?.attrGet('src') ?? '';
    const alt = token?.content === undefined || token.content === '' ? source : token.content;
    return `<a class="image" href="${md.utils.escapeHtml(String(source))}">${md.utils.escapeHtml(`Image: ${alt}`)}</a>`;
  };
  // What scrolls by itself can be reached by keyboard.
  for (const kind of ['fence', 'code_block'] as const) {
    const plain = md.renderer.rules[kind];
    md.renderer.rules[kind] = (...all) => (plain?.(...all) ?? '').replace(/^<pre>/, '<pre tabindex="0">');
  }
  md.core.ruler.push('conductor', ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      withoutStyle(token);
      lowered(token);
      if (token.type === 'inline' && tokens[i - 2]?.type === 'list_item_open') ticked(token);
      if (token.children) imagesOutOfLinks(token.children);
    }
  });
  return md;
}

/** Columns of tables are aligned by a class. */
function withoutStyle(token: Token): void {
  const style = token.attrGet('style');
  if (style === null) return;
  token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
  if (String(style).endsWith('right')) token.attrJoin('class', 'r');
}

function lowered(token: Token): void {
  const level = /^h([1-6])$/.exec(token.tag)?.[1];
  if (level !== undefined) token.tag = `h${String(Math.min(6, Number(level) + 2))}`;
}

/** `- [x] done`: a box that is seen, not pressed. */
function ticked(token: Token): void {
  const first = token.children?.[0];
  if (first?.type !== 'text') return;
  first.content = first.content.replace(/^\[( |x|X)\] /, (_, mark: string) => (mark === ' ' ? '☐ ' : '☑ '));
}

/** A link in a link is none: of `[![alt](image)](address)` the outer one leads. */
function imagesOutOfLinks(tokens: Token[]): void {
  let depth = 0;
  for (const token of tokens) {
    if (token.type === 'link_open') depth++;
    else if (token.type === 'link_close') depth--;
    else if (token.type === 'image' && depth > 0) {
      token.type = 'text';
      token.content = `Image: ${token.content}`;
    }
  }
}
