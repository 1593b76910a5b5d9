import assert from 'node:assert/strict';
import { scanLines } from '../../../src/files/markdownLines';

/** Kind of each line, a box as the character in it. */
function kinds(text: string): string[] {
  return scanLines(text).map((line) =>
    line.box
      ? `[${text.slice(line.box.start, line.box.end)}]${line.kind === 'item' ? '' : line.kind}`
      : line.kind,
  );
}

describe('scanLines: check boxes', () => {
  it('sees every bullet, any indentation, tabs, and boxes without a space behind', () => {
    const text =
      '- [ ] a\n* [x] b\n+ [~] c\n12. [!] d\n3) [-] e\n\t- [/] f\n      - [X]g\n*   [x] h\n-\t[?] i';
    assert.deepEqual(kinds(text), ['[ ]', '[x]', '[~]', '[!]', '[-]', '[/]', '[X]', '[x]', '[?]']);
    assert.deepEqual(
      scanLines(text).map((line) => line.indent),
      [0, 0, 0, 0, 0, 4, 6, 0, 0],
    );
  });

  it('sees one character of any size, and empty brackets', () => {
    assert.deepEqual(kinds('- [✅] a\n- [✔️] b\n- [🚀] c\n- [] d'), ['[✅]', '[✔️]', '[🚀]', '[]']);
  });

  it('does not take links, words and more than one character for a box', () => {
    assert.deepEqual(kinds('- [1](page.md)\n- [](page.md)\n- [ab] c\n- [  ] d\n-[ ] e\n- a [ ]\n[ ] f'), [
      'item',
      'item',
      'item',
      'item',
      'text',
      'item',
      'text',
    ]);
    assert.deepEqual(kinds('- [x](optional) without a space'), ['[x]']);
  });

  it('sees boxes in quotes and says so', () => {
    const [quoted, nested] = scanLines('> - [ ] a\n> > * [x] b');
    assert.ok(quoted?.box && quoted.quoted);
    assert.ok(nested?.box && nested.quoted);
  });
});

describe('scanLines: fenced code', () => {
  it('is skipped with back-ticks and tildes, and ends with a fence at least as long of the same kind', () => {
    assert.deepEqual(kinds('````md\n```\n- [ ] a\n```\n~~~~\n````\n- [ ] b'), [
      'fence',
      'fenced',
      'fenced',
      'fenced',
      'fenced',
      'fence',
      '[ ]',
    ]);
    assert.deepEqual(kinds('~~~\n- [ ] a\n~~~\n- [ ] b'), ['fence', 'fenced', 'fence', '[ ]']);
  });

  it('counts at any indentation and behind a bullet', () => {
    assert.deepEqual(kinds('- item\n      ```\n      - [ ] a\n  ```\n- ~~~\n  - [ ] b\n  ~~~\n- [ ] c'), [
      'item',
      'fence',
      'fenced',
      'fence',
      'item',
      'fenced',
      'fence',
      '[ ]',
    ]);
  });

  it('does not end with an info string, and reaches to the end when nothing closes it', () => {
    assert.deepEqual(kinds('```\n```js\n- [ ] a\n# b'), ['fence', 'fenced', 'fenced', 'fenced']);
  });

  it('is not begun by inline code', () => {
    assert.deepEqual(kinds('```code``` text\n- [ ] a'), ['text', '[ ]']);
  });

  it('ends with the quote that holds it', () => {
    assert.deepEqual(kinds('> ```\n> - [ ] a\n- [ ] b'), ['fence', 'fenced', '[ ]']);
  });
});

describe('scanLines: comments, headings, rules, front matter', () => {
  it('keeps boxes in comments of several lines apart', () => {
    assert.deepEqual(kinds('<!--\n- [ ] legend\n\n-->\n- [ ] a'), [
      'comment',
      '[ ]comment',
      'comment',
      'comment',
      '[ ]',
    ]);
    assert.deepEqual(kinds('<!-- a -->\n- [ ] a'), ['comment', '[ ]']);
  });

  it('takes a comment without an end for text, so that nothing vanishes', () => {
    assert.deepEqual(kinds('<!-- oops\n- [ ] a'), ['text', '[ ]']);
  });

  it('does not let a fence in a comment reach beyond it', () => {
    assert.deepEqual(kinds('<!--\n```\n- [ ] sample\n-->\n- [ ] a'), [
      'comment',
      'fence',
      'fenced',
      'fenced',
      '[ ]',
    ]);
  });

  it('sees headings, also underlined ones and those that lack their space', () => {
    const text =
      '# a\n###### b\n##Phase 1\n#12\n#tag\n####### c\n\nTitle\n=====\n\nPhase\n-----\n\nlong paragraph of text\n---\n';
    const seen = scanLines(text).map((line) => (line.kind === 'heading' ? line.level : line.kind));
    assert.deepEqual(seen, [
      1,
      6,
      2,
      'text',
      'text',
      'text',
      'blank',
      1,
      'rule',
      'blank',
      2,
      'rule',
      'blank',
      'text',
      'rule',
      'blank',
    ]);
  });

  it('tells rules from items', () => {
    assert.deepEqual(kinds('---\n* * *\n- - -\n- -\n***\n___'), [
      'rule',
      'rule',
      'rule',
      'item',
      'rule',
      'rule',
    ]);
  });

  it('knows front matter, in which # is a comment', () => {
    assert.deepEqual(kinds('---\ntitle: x\n# note\n---\n# Plan'), [
      'frontmatter',
      'frontmatter',
      'frontmatter',
      'frontmatter',
      'heading',
    ]);
    assert.deepEqual(kinds('---\n- [ ] a\n---'), ['rule', '[ ]', 'rule']);
  });

  it('counts lines as editors do, whatever the line breaks', () => {
    const text = '# a\r\n- [ ] b\r- [x] c\n\n- [ ] d';
    assert.deepEqual(kinds(text), ['heading', '[ ]', '[x]', 'blank', '[ ]']);
    assert.deepEqual(
      scanLines(text).map((line) => text.slice(line.start, line.end)),
      ['# a', '- [ ] b', '- [x] c', '', '- [ ] d'],
    );
  });
});
