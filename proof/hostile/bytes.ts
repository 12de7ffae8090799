/** Mutations of the bytes of a file, as editors, disks and transfers make them. */
import type { Chance } from '../machine/chance.ts';

type Mutation = (bytes: Buffer, luck: Chance) => Buffer;

const STRANGE_BYTES: readonly Buffer[] = [
  ...[
    '\0',
    '\n',
    '\r',
    '\t',
    ' ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '#',
    '&a ',
    '*a',
    '!!js/function ',
    '---\n',
  ],
  ...[
    '...\n',
    '? ',
    '- ',
    '%YAML 9.9\n---\n',
    '<<: ',
    '|\n',
    '\\u0000',
    '\u202e',
    '\u2028',
    '\ufeff',
    '9'.repeat(400),
  ],
].map((text) => Buffer.from(text));

/** Neither is UTF-8: a lone continuation, an overlong slash, a surrogate, beyond Unicode, a start without its end. */
const INVALID: readonly Buffer[] = ['80', 'c0af', 'eda080', 'f4908080', 'e282', 'ff'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

const MUTATIONS: readonly Mutation[] = [
  function flip(bytes, luck) {
    const flipped = Buffer.from(bytes);
    const at = luck.below(bytes.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << luck.below(8));
    return flipped;
  },
  function cut(bytes, luck) {
    return bytes.subarray(0, luck.below(bytes.length));
  },
  function cutInside(bytes, luck) {
    const at = luck.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + luck.below(64))]);
  },
  function insert(bytes, luck) {
    return inserted(bytes, luck.below(bytes.length + 1), luck.pick(STRANGE_BYTES));
  },
  function invalid(bytes, luck) {
    return inserted(bytes, luck.below(bytes.length + 1), luck.pick(INVALID));
  },
  function copy(bytes, luck) {
    const from = luck.below(bytes.length);
    return inserted(bytes, luck.below(bytes.length + 1), bytes.subarray(from, from + 1 + luck.below(200)));
  },
  function swapLines(bytes, luck) {
    const lines = bytes.toString('latin1').split('\n');
    const [one, other] = [luck.below(lines.length), luck.below(lines.length)];
    const [first = '', second = ''] = [lines[one], lines[other]];
    lines[one] = second;
    lines[other] = first;
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  function zeros(bytes, luck) {
    const zeroed = Buffer.from(bytes);
    const at = luck.below(bytes.length);
    return zeroed.fill(0, at, Math.min(bytes.length, at + 1 + luck.below(512)));
  },
  function byteOrderMark(bytes) {
    return inserted(bytes, 0, Buffer.from('\ufeff'));
  },
  function carriageReturns(bytes) {
    return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
  },
  function otherEncoding(bytes) {
    return Buffer.from(bytes.toString('utf8'), 'utf16le');
  },
];

/** One mutation, or two. */
export function mutatedBytes(bytes: Buffer, luck: Chance): Buffer {
  const once = luck.pick(MUTATIONS)(bytes, luck);
  return luck.below(4) === 0 && once.length > 0 ? luck.pick(MUTATIONS)(once, luck) : once;
}

function inserted(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}
