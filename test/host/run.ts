import fs from 'node:fs';
import path from 'node:path';
import { tallyReporter } from '../../scripts/lib/tally.mjs';

/**
 * What VS Code calls in the extension host (the contract of `extensionTestsPath`): runs the tests bundled beside this file.
 * The host's own output goes nowhere that a person sees, so lines go to the file named by CONDUCTOR_TEST_OUTPUT.
 * @throws Error when a test failed, which makes VS Code end with code 1
 */
export async function run(): Promise<void> {
  const output = process.env['CONDUCTOR_TEST_OUTPUT'];
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 20_000,
    forbidOnly: Boolean(process.env['CI']),
    ...(process.env['CONDUCTOR_TEST_GREP'] ? { grep: process.env['CONDUCTOR_TEST_GREP'] } : {}),
    reporter: tallyReporter({
      file: process.env['CONDUCTOR_TALLY'],
      print: (line) => (output ? fs.appendFileSync(output, `${line}\n`) : console.log(line)),
      everyTest: true,
    }),
  });
  for (const file of fs.readdirSync(__dirname).sort())
    if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));
  await mocha.loadFilesAsync();
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => (failures ? reject(new Error(`${failures} tests failed`)) : resolve()));
  });
}
