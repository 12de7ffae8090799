/** Lines of a text, one at a time: a list of all of them takes ten times the memory of a text that is nothing but line ends. */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
}

/** A byte order mark at the beginning is no part of the first line. */
function* linesOf(text: string): Generator<Line> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let number = 1; start <= text.length; number += 1) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const isDos = found > start && text.charAt(end - 1) === '\r';
    yield { number, text: text.slice(start, isDos ? end - 1 : end) };
    start = end + 1;
  }
}

/** The first line, and a walk through the others. */
export function headed(text: string): { readonly header: string; readonly rows: Generator<Line> } {
  const rows = linesOf(text);
  const first = rows.next();
  return { header: first.done === true ? '' : first.value.text, rows };
}
