import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { OpenPanel } from '../../src/editor/panels/openPanel';
import type { HostMessage, PanelName, PanelState, Reply } from '../../src/shared/protocol';
import {
  activated,
  conductor,
  folder,
  inTrack,
  Person,
  reset,
  row,
  run,
  text,
  track,
  until,
  write,
} from './support/host';

type Panel = OpenPanel<unknown, unknown>;

const COMMANDS: Readonly<Record<PanelName, string>> = {
  track: 'openTrack',
  graph: 'openGraph',
  gate: 'reviewGate',
  board: 'openBoard',
};
const NAMES = Object.keys(COMMANDS) as PanelName[];
const CART = 'cart_20260101';

const openPanels = async (): Promise<readonly Panel[]> => (await (await activated()).panels()).openPanels();

/** Labels of the tabs of one kind of panel. */
function tabs(name: PanelName): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(`conductor.${name}`),
    );
}

/** The panel, once its page has listened and has been sent something. */
async function opened(name: PanelName, key: string): Promise<{ panel: Panel; sent: HostMessage<unknown>[] }> {
  const panel = await until(`the ${name} panel`, async () =>
    (await openPanels()).find(({ kind, subject }) => kind.name === name && subject.key === key),
  );
  const sent: HostMessage<unknown>[] = [];
  const { webview } = panel.panel;
  const post = webview.postMessage.bind(webview);
  webview.postMessage = (message: HostMessage<unknown>) => {
    sent.push(message);
    return post(message);
  };
  panel.refresh();
  await until('a state', () => states(sent).length > 0);
  return { panel, sent };
}

const states = (sent: readonly HostMessage<unknown>[]): PanelState<unknown>[] =>
  sent.flatMap((message) => (message.type === 'state' ? [message.state] : []));

async function openCart(
  name: PanelName = 'track',
): Promise<{ panel: Panel; sent: HostMessage<unknown>[]; key: string }> {
  const { key } = await track(CART);
  await run(new Person(), COMMANDS[name], await row('Active', 'Cart'));
  return { ...(await opened(name, key)), key };
}

/** Asks as a page would; gives what the page is answered or, when what it asked for has hidden it, the person. */
async function ask(panel: Panel, sent: HostMessage<unknown>[], request: unknown): Promise<Reply> {
  const id = 1_000_000 + sent.length;
  const person = new Person();
  (await activated()).context.dialogs = person;
  await panel.receive({ type: 'request', id, request });
  const reply = sent.find((message) => message.type === 'reply' && message.id === id);
  if (reply?.type === 'reply') return reply.reply;
  assert.equal(panel.panel.visible, false, 'no reply');
  const [told] = person.told;
  return told ? { ok: false, message: told.message } : { ok: true };
}

const closeAll = () => vscode.commands.executeCommand('workbench.action.closeAllEditors');

describe('panels', () => {
  before(async () => {
    await vscode.commands.executeCommand('conductor.tracks.focus');
    await reset();
  });
  afterEach(async () => {
    await reset();
    await until('no panels', async () => (await openPanels()).length === 0);
  });

  for (const name of NAMES) {
    it(`${name}: opens on the track of a row, from the palette on the one that is picked, and is one tab`, async () => {
      const { key } = await track(CART);
      await run(new Person(), COMMANDS[name], await row('Active', 'Cart'));
      const first = await opened(name, key);
      assert.equal(first.panel.panel.title, `${first.panel.kind.word}: Cart`);
      assert.equal(states(first.sent).at(-1)?.status, 'ready');
      await closeAll();
      await until('no panels', async () => (await openPanels()).length === 0);

      await run(new Person('Cart'), COMMANDS[name]);
      await opened(name, key);
      // Again, and twice at once: the same tab comes to the front.
      await vscode.window.showTextDocument(vscode.Uri.file(inTrack(CART, 'spec.md')));
      await Promise.all([
        run(new Person(), COMMANDS[name], await row('Active', 'Cart')),
        run(new Person(), COMMANDS[name], await row('Active', 'Cart')),
      ]);
      assert.equal((await openPanels()).length, 1);
      await until('one tab, in front', () => tabs(name).length === 1 && tabs(name)[0]?.isActive);
    });

    it(`${name}: opens on the track of the file in the editor`, async () => {
      const { key } = await track(CART);
      await vscode.window.showTextDocument(vscode.Uri.file(inTrack(CART, 'plan.md')));
      await run(new Person(), COMMANDS[name]);
      await opened(name, key);
      await closeAll();
      await run(new Person(), COMMANDS[name], vscode.Uri.file(inTrack(CART, 'spec.md')));
      await opened(name, key);
    });

    it(`${name}: its page lets in nothing but its own script, style and font`, async () => {
      const { panel } = await openCart(name);
      const { html, options, cspSource } = panel.panel.webview;
      const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
      const rules = Object.fromEntries(
        policy.split('; ').map((rule) => {
          const [directive = '', ...sources] = rule.split(' ');
          return [directive, sources];
        }),
      );
      const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1] ?? '';
      assert.match(nonce, /^[\w+/]{20,}=*$/);
      assert.deepEqual(rules['default-src'], [`'none'`]);
      assert.deepEqual(rules['script-src'], [`'nonce-${nonce}'`]);
      assert.equal(rules['font-src']?.join(' '), cspSource);
      const [styleNonce = '', ...styles] = rules['style-src']?.toReversed() ?? [];
      assert.match(styleNonce, /^'nonce-/);
      assert.equal(styles.toReversed().join(' '), cspSource);
      assert.ok(!policy.includes('unsafe') && !policy.includes('http:') && !policy.includes('img-src'));
      // Nothing inline: one script and one sheet, by address.
      assert.equal(html.match(/<script/g)?.length, 1);
      assert.match(html, /<script nonce="[^"]+" src="[^"]+"><\/script>/);
      assert.doesNotMatch(html, /<style|style=| on\w+=/);
      assert.deepEqual(
        options.localResourceRoots?.map(({ path }) => path.split('/').slice(-2).join('/')),
        ['dist/webview'],
      );
      assert.equal(options.enableCommandUris ?? false, false);
      assert.equal(panel.panel.options.retainContextWhenHidden ?? false, false);
      // A second page has another nonce.
      await closeAll();
      const again = await openCart(name);
      assert.ok(!again.panel.panel.webview.html.includes(nonce));
    });
  }

  it('writes nothing of the project into the page as HTML', async () => {
    const file = inTrack(CART, 'metadata.json');
    const name = `<img src=x onerror=alert(1)>"'&`;
    write(file, JSON.stringify({ ...(JSON.parse(text(file)) as object), name }));
    write(
      join(conductor, 'tracks.md'),
      text(join(conductor, 'tracks.md')).replace('| Cart |', `| ${name} |`),
    );
    await until('the name', async () => (await track(CART)).name.startsWith('<img'));
    const { root, key } = await track(CART);
    await run(new Person(), 'openTrack', { root, key });
    const { panel } = await opened('track', key);
    assert.doesNotMatch(panel.panel.webview.html, /<img/);
    assert.match(panel.panel.webview.html, /&lt;img src=x/);
  });

  it('cuts a long name in its tab', async () => {
    // The longest that is shown as a name.
    const name = 'Cart '.repeat(24).trim();
    const meta = inTrack(CART, 'metadata.json');
    write(meta, JSON.stringify({ ...(JSON.parse(text(meta)) as object), name }));
    await until('the name', async () => (await track(CART)).name === name);
    const { root, key } = await track(CART);
    await run(new Person(), 'openTrack', { root, key });
    const { panel } = await opened('track', key);
    assert.ok(panel.panel.title.length <= 70, panel.panel.title);
    assert.ok(panel.panel.title.endsWith('…'));
  });

  it('follows what is written to its track, and nothing else', async () => {
    const { sent } = await openCart();
    const before = states(sent).length;
    const other = inTrack('search_20260102', 'plan.md');
    write(other, `${text(other)}\n- [ ] Task 9.9: Another\n`);
    await until('the other track', async () => (await track('search_20260102')).progress.total > 0);
    assert.equal(states(sent).length, before);
    const plan = inTrack(CART, 'plan.md');
    write(plan, text(plan).replace('- [ ] Task 2.2', '- [x] Task 2.2'));
    await until('a new state', () => states(sent).length === before + 1);
    assert.equal(states(sent).at(-1)?.status, 'ready');
  });

  it('says that its track is gone, and fills again when it comes back', async () => {
    const { sent, panel } = await openCart('graph');
    const aside = join(folder, '.git', 'aside');
    const registry = join(conductor, 'tracks.md');
    const before = text(registry);
    write(registry, before.replace(/^\| cart_.*\n/m, ''));
    renameSync(inTrack(CART), aside);
    const gone = await until('the empty panel', () => {
      const state = states(sent).at(-1);
      return state?.status === 'empty' ? state : undefined;
    });
    assert.equal(gone.title, 'This track is no longer there.');
    assert.match(gone.detail, /cart_20260101/);
    assert.equal(panel.panel.title, 'Graph: Cart');
    // Refresh works, anything else is refused in words.
    assert.deepEqual(await ask(panel, sent, { kind: 'refresh' }), { ok: true });
    assert.match((await ask(panel, sent, { kind: 'openPanel', panel: 'gate' })).message ?? '', /no longer/);
    renameSync(aside, inTrack(CART));
    write(registry, before);
    await until('the track again', () => states(sent).at(-1)?.status === 'ready');
  });

  it('tells a root that is taken away from a track that is', async () => {
    const { sent } = await openCart();
    const aside = join(folder, '.git', 'aside');
    renameSync(conductor, aside);
    try {
      await until('not open', () => {
        const state = states(sent).at(-1);
        return state?.status === 'empty' && state.title === 'The project of this track is not open.';
      });
    } finally {
      renameSync(aside, conductor);
    }
    await until('the track again', () => states(sent).at(-1)?.status === 'ready');
  });

  it('restores a panel that was kept, whatever another version wrote beside its subject', async () => {
    const { context, panels } = await activated();
    const { root, key } = await track(CART);
    const kept = vscode.window.createWebviewPanel('conductor.graph', 'Graph: Cart', vscode.ViewColumn.One);
    await (
      await panels()
    ).restorePanel(context, 'graph', kept, {
      version: 1,
      subject: { root, key, item: '2.1' },
      layout: 7,
    });
    const { sent, panel } = await opened('graph', key);
    assert.equal(states(sent).at(-1)?.status, 'ready');
    assert.deepEqual(panel.subject, { root, key, item: '2.1' });
    // Where one was in the page is the page's own to restore: nothing is shown over it.
    assert.equal(
      sent.some(({ type }) => type === 'show'),
      false,
    );
    await run(new Person(), 'openGraph', { root, key, argument: '2.2' });
    await until('the item', () => sent.some((message) => message.type === 'show' && message.item === '2.2'));
    assert.equal((await openPanels()).length, 1);
  });

  it('shows the panel that is open when a kept tab of the same track is seen for the first time', async () => {
    const { context, panels } = await activated();
    const { root, key } = await track(CART);
    await run(new Person(), 'openGraph', { root, key });
    const { panel } = await opened('graph', key);
    const kept = vscode.window.createWebviewPanel('conductor.graph', 'Graph: Cart', vscode.ViewColumn.One);
    let closed = false;
    kept.onDidDispose(() => (closed = true));
    await (await panels()).restorePanel(context, 'graph', kept, { version: 1, subject: { root, key } });
    await until('the closed tab', () => closed);
    await until('the open panel in front', () => panel.panel.active);
    assert.deepEqual(await openPanels(), [panel]);
  });

  it('restores a panel of another machine as what it is, and closes one that names no track', async () => {
    const { context, panels } = await activated();
    const { restorePanel } = await panels();
    const far = vscode.window.createWebviewPanel('conductor.board', 'Board: Far', vscode.ViewColumn.One);
    await restorePanel(context, 'board', far, {
      version: 1,
      subject: { root: '/far/away/conductor', key: 'a' },
    });
    const { sent } = await opened('board', 'a');
    const state = states(sent).at(-1);
    assert.ok(state?.status === 'empty');
    assert.match(state.detail, /\/far\/away\/conductor/);
    assert.equal(far.title, 'Board: Far');
    for (const bad of [undefined, null, {}, { version: 2, subject: { root: conductor, key: 'a' } }, 'x']) {
      const panel = vscode.window.createWebviewPanel('conductor.gate', 'Gate', vscode.ViewColumn.One);
      let closed = false;
      panel.onDidDispose(() => (closed = true));
      await restorePanel(context, 'gate', panel, bad);
      await until('the closed panel', () => closed);
    }
    // Closed by the person while its parts are loaded: no error, nothing left.
    const quick = vscode.window.createWebviewPanel('conductor.gate', 'Gate', vscode.ViewColumn.One);
    const restoring = restorePanel(context, 'gate', quick, {
      version: 1,
      subject: { root: conductor, key: 'a' },
    });
    quick.dispose();
    await restoring;
    assert.deepEqual(
      (await openPanels()).map(({ kind }) => kind.name),
      ['board'],
    );
  });

  it('refuses messages that it does not understand, and goes on', async () => {
    const { sent, panel } = await openCart();
    for (const request of [
      undefined,
      { kind: 'nope' },
      { kind: 'refresh', extra: 1 },
      { kind: 'openCommit', commit: '--help' },
    ]) {
      const reply = await ask(panel, sent, request);
      assert.equal(reply.ok, false);
      assert.match(reply.message ?? '', /not understood/);
    }
    const before = sent.length;
    for (const noise of [undefined, null, 3, 'ready', [], { type: 'other' }, { type: 'request', id: 'x' }])
      await panel.receive(noise);
    assert.equal(sent.length, before);
    assert.deepEqual(await ask(panel, sent, { kind: 'refresh' }), { ok: true });
  });

  it('answers a flood of requests, most of them with a no', async () => {
    const { sent, panel } = await openCart();
    const replies = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        await panel.receive({ type: 'request', id: i + 500, request: { kind: 'refresh' } });
        return sent.find((message) => message.type === 'reply' && message.id === i + 500);
      }),
    );
    const oks = replies.map((message) => message?.type === 'reply' && message.reply.ok);
    assert.equal(oks.filter((ok) => ok).length, 32);
    assert.deepEqual(await ask(panel, sent, { kind: 'refresh' }), { ok: true });
  });

  it('tells the person, not another page, what a request of a page that is gone came to', async () => {
    const { sent, panel } = await openCart();
    const { context } = await activated();
    const person = new Person();
    context.dialogs = person;
    const asking = panel.receive({
      type: 'request',
      id: 3,
      request: { kind: 'openFile', place: { file: '/etc/passwd' } },
    });
    await panel.receive({ type: 'ready' });
    await asking;
    assert.match(person.told[0]?.message ?? '', /outside of this project/);
    assert.equal(
      sent.some((message) => message.type === 'reply' && message.id === 3),
      false,
    );
  });

  it('opens files of the project at their line, and no others wherever links lead', async () => {
    const { sent, panel } = await openCart();
    const openFile = (file: string, line?: number): Promise<Reply> =>
      ask(panel, sent, { kind: 'openFile', place: { file, ...(line === undefined ? {} : { line }) } });
    assert.deepEqual(await openFile(inTrack(CART, 'plan.md'), 10), { ok: true });
    await until('the plan', () => vscode.window.activeTextEditor?.document.fileName.endsWith('plan.md'));
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, 9);

    symlinkSync('/etc/hostname', inTrack(CART, 'outside.md'));
    mkdirSync(join(folder, 'dir'));
    const next = `${folder}-next`;
    for (const [file, why] of [
      ['/etc/hostname', /outside/],
      [inTrack(CART, 'outside.md'), /outside/],
      [join(folder, '..', 'x.md'), /outside/],
      [`${folder}/../${next.split('/').at(-1)}/x.md`, /outside/],
      ['plan.md', /outside/],
      [`${inTrack(CART, 'plan.md')}\0`, /outside/],
      [join(tmpdir(), 'x.md'), /outside/],
      [inTrack(CART, 'missing.md'), /not there/],
    ] as const) {
      const reply = await openFile(file);
      assert.equal(reply.ok, false, file);
      assert.match(reply.message ?? '', why);
    }
    assert.deepEqual(await openFile(join(folder, 'dir')), { ok: true });
  });

  it('opens links of a text where they lead inside of the project, and no other kinds', async () => {
    const { sent, panel } = await openCart();
    const from = inTrack(CART, 'plan.md');
    const openLink = (href: string): Promise<Reply> => ask(panel, sent, { kind: 'openLink', href, from });
    assert.deepEqual(await openLink('./spec.md#L2'), { ok: true });
    await until('the spec', () => vscode.window.activeTextEditor?.document.fileName.endsWith('spec.md'));
    assert.deepEqual(await openLink('../../tracks.md'), { ok: true });
    assert.deepEqual(await openLink('%70lan.md?plain=1#L3'), { ok: true });
    assert.deepEqual(await openLink('#context'), { ok: true });
    for (const href of [
      'javascript:alert(1)',
      'JAVASCRIPT:alert(1)',
      'java\nscript:alert(1)',
      'command:workbench.action.quit',
      'vscode://x/y',
      'file:///etc/passwd',
      'data:text/html,x',
      '//example.com/x',
      '\\\\server\\share',
      'ht\ttps://example.com',
      '../../../../../../../../etc/passwd',
      '%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/hostname',
      'missing.md',
      'plan%00.md',
      '%E0%A4%A',
    ])
      assert.equal((await openLink(href)).ok, false, href);
  });

  it('says of a commit that is nowhere that it is nowhere', async () => {
    const { sent, panel } = await openCart();
    const reply = await ask(panel, sent, { kind: 'openCommit', commit: 'abc1234' });
    assert.equal(reply.ok, false);
    assert.match(reply.message ?? '', /abc1234 is not in the repository/);
  });

  it('leads from one panel to another of the same track', async () => {
    const { sent, panel, key } = await openCart('track');
    for (const name of ['graph', 'gate', 'board'] as const) {
      assert.deepEqual(await ask(panel, sent, { kind: 'openPanel', panel: name }), { ok: true });
      await opened(name, key);
    }
    assert.equal((await openPanels()).length, 4);
  });

  it('sends nothing while it cannot be seen, and all of it when it can be again', async () => {
    const { sent } = await openCart();
    await vscode.window.showTextDocument(vscode.Uri.file(inTrack(CART, 'spec.md')));
    await until('hidden', async () => (await openPanels())[0]?.panel.visible === false);
    const before = sent.length;
    const plan = inTrack(CART, 'plan.md');
    write(plan, text(plan).replace('- [ ] Task 2.3', '- [x] Task 2.3'));
    await until('the change', async () => (await track(CART)).progress.done === 3);
    assert.equal(sent.length, before);
    await run(new Person(), 'openTrack', await row('Active', 'Cart'));
    await until('a state', () => states(sent).length > 0 && sent.length > before);
    assert.equal(states(sent).at(-1)?.status, 'ready');
  });

  it('leaves nothing behind when it is closed', async () => {
    for (let i = 0; i < 5; i++) {
      const { sent, panel } = await openCart(NAMES[i % NAMES.length]);
      await closeAll();
      await until('no panels', async () => (await openPanels()).length === 0);
      const after = sent.length;
      panel.refresh();
      await panel.receive({ type: 'ready' });
      await panel.receive({ type: 'request', id: 1, request: { kind: 'refresh' } });
      panel.dispose();
      assert.equal(sent.length, after);
    }
  });
});
