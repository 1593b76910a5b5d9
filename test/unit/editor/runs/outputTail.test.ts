import assert from 'node:assert/strict';
import { appendFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputTail } from '../../../../src/editor/runs/outputTail';
import { temporaryFolder } from '../../cli/conductorProcess';

describe('OutputTail', () => {
  const file = () => join(temporaryFolder(), 'agent.log');

  it('gives whole lines once, without colours, and waits for the end of the last one', async () => {
    const tail = new OutputTail(file());
    assert.deepEqual(await tail.read(), { lines: [], skipped: 0 });
    writeFileSync(tail.file, '\u001b[31mred\u001b[0m\r\none');
    assert.deepEqual((await tail.read()).lines, ['red']);
    appendFileSync(tail.file, ' two\n');
    assert.deepEqual((await tail.read()).lines, ['one two']);
    assert.deepEqual((await tail.read()).lines, []);
    appendFileSync(tail.file, 'open');
    assert.deepEqual((await tail.read()).lines, []);
    assert.deepEqual(tail.end(), ['open']);
  });

  it('joins a character and a line end that arrive in two parts', async () => {
    const tail = new OutputTail(file());
    const bytes = Buffer.from('grün\r\nx\n');
    writeFileSync(tail.file, bytes.subarray(0, 3));
    await tail.read();
    appendFileSync(tail.file, bytes.subarray(3, 6));
    await tail.read();
    appendFileSync(tail.file, bytes.subarray(6));
    assert.deepEqual((await tail.read()).lines, ['grün', 'x']);
  });

  it('of much at once reads the end only, and says how much was left out', async () => {
    const tail = new OutputTail(file());
    const line = `${'x'.repeat(99)}\n`;
    writeFileSync(tail.file, line.repeat(10_000));
    const { lines, skipped } = await tail.read();
    assert.ok(lines.length < 700 && lines.every((one) => one.length === 99));
    assert.equal(skipped, 1_000_000 - 64 * 1024);
  });

  it('begins again when the file was cut', async () => {
    const tail = new OutputTail(file());
    writeFileSync(tail.file, 'a long first line\n');
    await tail.read();
    writeFileSync(tail.file, 'new\n');
    assert.deepEqual((await tail.read()).lines, ['new']);
  });

  it('shows an endless line in pieces, and follows no link', async () => {
    const tail = new OutputTail(file());
    writeFileSync(tail.file, 'y'.repeat(10_000));
    assert.deepEqual(
      (await tail.read()).lines.map(({ length }) => length),
      [4000, 4000],
    );
    const link = file();
    symlinkSync(tail.file, link);
    await assert.rejects(new OutputTail(link).read());
  });
});
