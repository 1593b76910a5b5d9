import { plainLine } from '../../rules/exportText';

/** A text of the project on one line, cut when it is longer than anybody reads. */
export function textUpTo(text: string, most: number): string {
  // Most texts are plain; to clean ten thousand of them takes long.
  const plain = /^(?:[!-~]+ )*[!-~]*$/.test(text) ? text : plainLine(text);
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).trimEnd()}…`;
}

/** "1 task", "3 tasks" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
