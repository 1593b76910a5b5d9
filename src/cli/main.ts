import { watchStream } from './output';
import { runProgram } from './program';

watchStream(process.stdout);
watchStream(process.stderr);
const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  // Once: the first asks to stop cleanly, locks released; a second one ends the process as usual.
  process.once(name, () => interrupt.abort());
}
// The exit code is set, not forced: everything printed reaches its reader first.
void runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  cwd: process.cwd(),
  signal: interrupt.signal,
}).then((code) => {
  process.exitCode ||= code;
});
