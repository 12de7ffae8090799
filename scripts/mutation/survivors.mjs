/**
 * Why mutants survive: `survivors/*.yaml`, written by hand. An entry has the line of the source as it stands, the kinds
 * of mutants there that survive, and the reason; so it still fits when the line moves, and no more when it changes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';

const FOLDER = new URL('survivors/', import.meta.url);

/** @returns entries by file, in the order of the folder's files */
export function reasons() {
  const texts = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
  return new Map(texts.flatMap((text) => Object.entries(load(text) ?? {})));
}

/**
 * What is said of the survivors of one file, whose lines in the report are `left`.
 *
 * @returns `explained` pairs a place with its reason, `open` are survivors without one, `unused` entries without a survivor
 */
export function explain(left, source, entries = []) {
  const lines = source.split('\n').map((line) => line.trim());
  const survivors = left.flatMap(place);
  const fits = (entry, { line, mutator }) => lines[line - 1] === entry.at && entry.mutants.includes(mutator);
  const entryOf = (one) => entries.find((entry) => fits(entry, one));
  return {
    explained: survivors.flatMap((one) => [entryOf(one)].filter(Boolean).map(({ why }) => ({ ...one, why }))),
    open: survivors.filter((one) => entryOf(one) === undefined),
    unused: entries.flatMap((entry) =>
      entry.mutants
        .filter((mutator) => !survivors.some((one) => one.mutator === mutator && fits(entry, one)))
        .map((mutator) => `${mutator} at \`${entry.at}\``),
    ),
  };
}

/** Of a line of the report; what is equivalent has its reason in the source. */
function place(text) {
  const [, line, mutator] = /^- (\d+):\d+ (\w+) /.exec(text) ?? [];
  return line === undefined || / equivalent: /.test(text) ? [] : [{ line: Number(line), mutator }];
}
