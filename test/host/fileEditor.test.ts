import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EditResult } from '../../src/model/edit';
import { activated, bytes, conductor, inTrack, reset, text, until, write } from './support/host';

/** Marks one line by exchanging the character at `needle`. */
const replacing =
  (needle: string, by: string) =>
  (from: string): EditResult => {
    const start = from.indexOf(needle);
    return start < 0
      ? { refused: { code: 'task-not-found', message: `${needle} is not there` } }
      : { edits: [{ start, end: start + needle.length, text: by }] };
  };

describe('editing files that are open in VS Code', () => {
  before(() => vscode.workspace.getConfiguration('files').update('autoSave', 'off', true));
  after(() => vscode.workspace.getConfiguration('files').update('autoSave', undefined, true));
  afterEach(reset);
  const plan = inTrack('cart_20260101', 'plan.md');
  const crlf = inTrack('crlf_20260103', 'plan.md');

  /** Opens a UTF-8 file; VS Code may still hold what an earlier test left in it, and loads it again first. */
  async function show(file: string): Promise<vscode.TextEditor> {
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    const lines = (content: string): string => content.replaceAll('\r\n', '\n');
    await until('the file as it is', () => lines(editor.document.getText()) === lines(text(file)));
    return editor;
  }

  async function edit(file: string, change: (text: string) => EditResult) {
    const { editor } = (await activated()).context.ports;
    return editor.edit({ root: conductor, file, change });
  }

  it('edits a closed file on disk', async () => {
    const before = bytes(plan);
    const outcome = await edit(plan, replacing('- [ ] Task 2.2', '- [x] Task 2.2'));
    assert.deepEqual(
      { ...outcome, before: '', after: '' },
      { changed: true, where: 'disk', before: '', after: '' },
    );
    assert.equal(bytes(plan), before.replace('- [ ] Task 2.2', '- [x] Task 2.2'));
  });

  it('edits and saves a clean open document, and the editor can undo it', async () => {
    const before = bytes(plan);
    const { document } = await show(plan);
    const outcome = await edit(plan, replacing('- [ ] Task 2.2', '- [x] Task 2.2'));
    assert.ok('changed' in outcome && outcome.changed && outcome.where === 'disk');
    assert.equal(document.isDirty, false);
    assert.equal(bytes(plan), before.replace('- [ ] Task 2.2', '- [x] Task 2.2'));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });

  it('leaves a dirty document unsaved, with both edits in it', async () => {
    const before = bytes(plan);
    const { document } = await show(plan);
    const typing = new vscode.WorkspaceEdit();
    typing.insert(document.uri, new vscode.Position(0, 0), 'typed ');
    await vscode.workspace.applyEdit(typing);
    const outcome = await edit(plan, replacing('- [ ] Task 2.2', '- [x] Task 2.2'));
    assert.deepEqual(
      { ...outcome, before: '', after: '' },
      { changed: true, where: 'buffer', before: '', after: '' },
    );
    assert.equal(document.isDirty, true);
    assert.equal(document.getText(), `typed ${before.replace('- [ ] Task 2.2', '- [x] Task 2.2')}`);
    assert.equal(bytes(plan), before);
  });

  it('keeps CRLF line ends, trailing spaces and tabs of an open document', async () => {
    const before = bytes(crlf);
    await show(crlf);
    await edit(
      crlf,
      replacing('- [ ] Task 1.2: Write', '- [x] Task 1.2: Write <!-- commit: abc9999 -->\r\n  - Done'),
    );
    assert.equal(
      bytes(crlf),
      before.replace('- [ ] Task 1.2: Write', '- [x] Task 1.2: Write <!-- commit: abc9999 -->\r\n  - Done'),
    );
  });

  it('does not let VS Code make mixed line ends uniform', async () => {
    const mixed = '# Plan\r\n\n- [ ] Task 1: One\n- [ ] Task 2: Two\r\n- [ ] Task 3: Three\n';
    write(plan, mixed);
    const { document } = await show(plan);
    const outcome = await edit(plan, replacing('- [ ] Task 2', '- [x] Task 2'));
    assert.ok('changed' in outcome && outcome.where === 'disk');
    assert.equal(bytes(plan), mixed.replace('- [ ] Task 2', '- [x] Task 2'));
    await until('the editor follows', () => document.getText().includes('- [x] Task 2'));
    assert.equal(document.isDirty, false);
  });

  it('keeps UTF-16 that VS Code shows as something else or not', async () => {
    const content = Buffer.from('\ufeff# Plan\r\n\r\n- [ ] Task 1: Überall\r\n', 'utf16le');
    const file = inTrack('loose_20260107', 'plan.md');
    await vscode.workspace.fs.writeFile(vscode.Uri.file(file), content);
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await edit(file, replacing('[ ]', '[x]'));
    assert.equal(
      bytes(file),
      Buffer.from('\ufeff# Plan\r\n\r\n- [x] Task 1: Überall\r\n', 'utf16le').toString('latin1'),
    );
  });

  it('keeps bytes that are no UTF-8', async () => {
    const file = inTrack('loose_20260107', 'plan.md');
    const content = Buffer.from('# Plan\n\n- [ ] Task 1: caf\xe9\n', 'latin1');
    await vscode.workspace.fs.writeFile(vscode.Uri.file(file), content);
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    await edit(file, replacing('[ ]', '[x]'));
    assert.equal(bytes(file), '# Plan\n\n- [x] Task 1: caf\xe9\n');
  });

  it('does not let a setting that changes files on save touch other lines', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('trimTrailingWhitespace', true, vscode.ConfigurationTarget.Global);
    try {
      const before = bytes(crlf);
      await show(crlf);
      await edit(crlf, replacing('- [ ] Task 1.3', '- [x] Task 1.3'));
      assert.equal(bytes(crlf), before.replace('- [ ] Task 1.3', '- [x] Task 1.3'));
    } finally {
      await files.update('trimTrailingWhitespace', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('says why when the change is refused, and touches nothing', async () => {
    const before = bytes(plan);
    const { document } = await show(plan);
    const outcome = await edit(plan, replacing('not there', ''));
    assert.ok('refused' in outcome);
    assert.equal(outcome.refused.code, 'task-not-found');
    assert.equal(document.getText(), before);
  });

  it('writes nothing outside the root', async () => {
    const outcome = await edit('../../outside.md', replacing('a', 'b'));
    assert.ok('refused' in outcome);
    assert.equal(outcome.refused.code, 'outside-root');
  });
});
