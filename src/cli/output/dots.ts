/** A canvas of dots in lines of text: eight to a character in Braille, one to a character in plain ASCII. */

export type Charset = 'unicode' | 'ascii';

export interface Dots {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** Row 0 is the top; what is outside is not drawn. */
  set(x: number, y: number): void;
  /** Top down, without spaces at the end. */
  lines(): string[];
}

const BRAILLE = 0x2800;
/** Bits of the dots of a Braille character, top down, left and right. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** `columns` and `rows` of characters. */
export function dots(columns: number, rows: number, charset: Charset): Dots {
  const across = charset === 'unicode' ? 2 : 1;
  const down = charset === 'unicode' ? BITS.length : 1;
  const cells = new Uint8Array(columns * rows);
  const width = columns * across;
  const height = rows * down;
  const textOf = (bits: number): string => {
    if (bits === 0) return ' ';
    return charset === 'unicode' ? String.fromCharCode(BRAILLE + bits) : '*';
  };
  return {
    width,
    height,
    set: (x, y) => {
      if (x < 0 || y < 0 || x >= width || y >= height) return;
      const cell = Math.floor(y / down) * columns + Math.floor(x / across);
      const bit = charset === 'unicode' ? (BITS[y % down]?.[x % across] ?? 0) : 1;
      cells[cell] = (cells[cell] ?? 0) | bit;
    },
    lines: () =>
      Array.from({ length: rows }, (_, row) =>
        [...cells.subarray(row * columns, (row + 1) * columns)].map(textOf).join('').trimEnd(),
      ),
  };
}

const UTF8 = /utf-?8/i;

/** What a terminal can show: Braille where its locale is UTF-8, which the console of Linux has no font for. */
export function charsetOf(environment: Readonly<Record<string, string | undefined>>): Charset {
  const set = ['LC_ALL', 'LC_CTYPE', 'LANG']
    .map((name) => environment[name])
    .find((value) => (value ?? '') !== '');
  return UTF8.test(set ?? '') && environment['TERM'] !== 'linux' ? 'unicode' : 'ascii';
}
