import type { Tone } from '../ui/state';
import type { Fonts } from './textFit';

/** The theme's colours and fonts, for drawing on a canvas, which knows no variables. */
export interface Palette {
  readonly page: string;
  readonly band: string;
  readonly line: string;
  readonly node: string;
  readonly box: string;
  readonly text: string;
  readonly muted: string;
  readonly path: string;
  readonly focus: string;
  readonly selected: string;
  readonly selectedText: string;
  readonly badge: string;
  readonly badgeText: string;
  readonly badgeLine: string;
  readonly match: string;
  readonly tones: Readonly<Record<Tone, string>>;
  readonly fonts: Fonts;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const colour = (...names: string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(name).trim();
      if (value !== '') return value;
    }
    return 'transparent';
  };
  const text = style.getPropertyValue('--vscode-font-family').trim() || 'system-ui, sans-serif';
  const mono = style.getPropertyValue('--vscode-editor-font-family').trim() || 'monospace';
  return {
    page: colour('--c-bg'),
    band: colour('--c-band'),
    line: colour('--c-line'),
    node: colour('--c-node'),
    box: colour('--c-box'),
    text: colour('--c-fg'),
    muted: colour('--c-muted'),
    path: colour('--c-path', '--c-fg'),
    focus: colour('--c-focus'),
    selected: colour('--vscode-list-activeSelectionBackground', '--c-node'),
    selectedText: colour('--vscode-list-activeSelectionForeground', '--c-fg'),
    badge: colour('--vscode-badge-background'),
    badgeText: colour('--vscode-badge-foreground'),
    badgeLine: colour('--vscode-contrastBorder'),
    match: colour('--s-warn'),
    tones: {
      done: colour('--s-done'),
      running: colour('--s-running'),
      warn: colour('--s-warn'),
      bad: colour('--s-bad'),
      idle: colour('--s-idle'),
      ready: colour('--s-ready'),
    },
    fonts: {
      id: `600 12px ${mono}`,
      name: `13px ${text}`,
      small: `11px ${text}`,
      smallMono: `11px ${mono}`,
      pin: '14px codicon',
      icon: '14px codicon',
      lane: `600 12px ${mono}`,
    },
  };
}

/** Calls back when the theme or the fonts change. */
export function onPaletteChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}
