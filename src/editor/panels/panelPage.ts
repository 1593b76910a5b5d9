import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import { Uri } from 'vscode';
import type { PanelName, PanelSubject } from '../../shared/protocol';

/**
 * The HTML of a panel. It paints a skeleton at once; the script then takes the place of it. The policy lets nothing in
 * but this page's own script, by nonce, and style and font of the extension: no style attribute, no image, no network.
 */
export function panelPage(
  webview: vscode.Webview,
  o: { dist: vscode.Uri; panel: PanelName; title: string; subject: PanelSubject },
): string {
  const nonce = randomBytes(16).toString('base64');
  // The toolkit makes one empty <style> to learn what the browser can do; it finds its nonce in the meta element.
  const styleNonce = randomBytes(16).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(Uri.joinPath(o.dist, file)).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource} 'nonce-${styleNonce}'`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${styleNonce}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(o.title)}</title>
<link rel="stylesheet" href="${uri(`${o.panel}.css`)}">
</head>
<body data-subject="${escapeHtml(JSON.stringify(o.subject))}">
<div id="page">
<main class="panel skeleton" aria-busy="true">
<header class="head"><div class="name"><h1>${escapeHtml(o.title)}</h1></div></header>
<div class="strip"><span></span><p role="status">Reading…</p></div>
<div class="body" aria-hidden="true">${'<div class="bone"></div>'.repeat(8)}</div>
</main>
</div>
<script nonce="${nonce}" src="${uri(`${o.panel}.js`)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
