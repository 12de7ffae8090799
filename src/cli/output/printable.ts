/** Text from files and brokers, made harmless for a terminal. */

/** Control characters, line and paragraph separators, lone surrogates, and what is invisible or reorders text. */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with everything that a terminal would obey or hide shown as `\n` or `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escapeCharacter(character));
}

/** As {@link printable}, line by line; what follows the first is indented, so that no text can pass for a line of ours. */
export function printableLines(text: string): string {
  const [first = '', ...others] = text.split('\n').map(printable);
  return [first, ...others.map((line) => (line.startsWith('  ') ? line : `  ${line}`))].join('\n');
}

/** What hgctl itself tells a terminal: ends of lines, its colours, and the start of a line that is drawn again. */
const OWN = /(\r?\n|\r\u001b\[K|\u001b\[(?:1|2|22|31|32|33|39)m)/;

/** The last look before a terminal: whatever forgot to be {@link printable} is so now. */
export function harmless(text: string): string {
  return text
    .split(OWN)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

/** `\u001b`: the form that JSON reads back. */
export function escapeCharacter(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
