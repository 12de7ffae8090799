/** The answer of `hgctl import homeguard`, for people. */
import { averageOf, formatDollars, formatQuantity } from '../../domain/decimal.ts';
import { formatInstant, formatLocal } from '../../domain/instant.ts';
import { SOURCE_PLANS } from '../../homeguard/installation.ts';
import type { Setting } from '../../homeguard/settings.ts';
import type { OpeningLot } from '../../observed/events.ts';
import type { BrokerAnswer } from '../homeguard-broker.ts';
import type { ImportPlan, PlannedManifest } from '../homeguard-plan.ts';
import { grouped } from './figures.ts';
import { printable } from './printable.ts';
import { formatTable, type TableColumn } from './table.ts';

const HASH_SHOWN = 12;

/** `lots`: as they are opened. `texts`: whether the text of each new manifest is shown. */
export function importText(
  plan: ImportPlan,
  answer: BrokerAnswer,
  { lots, texts }: { readonly lots: readonly OpeningLot[]; readonly texts: boolean },
): string {
  const { draft, files, stamps } = plan;
  const parts = [
    section('Files of the installation', ['SOURCE', 'FILE', 'SHA-256'], sourceRows(plan)),
    section(
      'Manifests',
      ['FILE', 'STATE', 'WHAT'],
      files.map(({ path, state, about }) => [path, state, about]),
    ),
    ...settingSections(draft.settings),
    lotSection(lots, answer),
    section('Held at the broker, owned by nobody', ['SYMBOL', '>QUANTITY'], unmanagedRows(answer)),
    section(
      'Last executions',
      ['STRATEGY', 'TIME', 'COUNTS AS'],
      stamps.map(({ strategy, at, slot }) => [strategy, formatLocal(at), slot ?? 'no slot of its day']),
    ),
    notesOf(plan, answer)
      .map((note) => `! ${printable(note)}\n`)
      .join(''),
    ...(texts ? files.filter(({ state }) => state === 'new').flatMap(fileText) : []),
    ...files.filter(({ state }) => state === 'different').map(differenceText),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** `>HEADER` is aligned to the right. */
function section(title: string, headers: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const columns = headers.map((header): TableColumn =>
    header.startsWith('>') ? { header: header.slice(1), align: 'right' } : { header },
  );
  const cells = rows.map((row) => row.map(printable));
  return `${title}\n${formatTable(columns, cells)}`;
}

function sourceRows({ sources }: ImportPlan): string[][] {
  return sources.map(({ name, file, sha256 }) => {
    const absent = SOURCE_PLANS.find((one) => one.name === name)?.absent ?? '';
    return file === null
      ? [name, '<not there>', `so: ${absent}`]
      : [name, file, sha256?.slice(0, HASH_SHOWN) ?? ''];
  });
}

function settingSections(settings: readonly Setting[]): string[] {
  return [
    section(
      'Settings taken over',
      ['KEY', 'VALUE', 'IN THE MANIFESTS', 'AS'],
      settings.flatMap((one) =>
        one.outcome === 'taken' ? [[place(one), brief(one.value), one.to, brief(one.after)]] : [],
      ),
    ),
    section(
      'Newly effective: nothing read these in the original (* limits and sizes, which need your word)',
      ['', 'KEY', 'BEFORE', 'NOW', 'IN THE MANIFESTS'],
      settings.flatMap((one) =>
        one.outcome === 'newly-effective'
          ? [[one.needsWord ? '*' : '', place(one), one.before, one.after, one.to]]
          : [],
      ),
    ),
    section(
      'Kept as they were in effect: nothing read these in the original, whose own values stay',
      ['KEY', 'FILE SAYS', 'IN EFFECT', 'IN THE MANIFESTS'],
      settings.flatMap((one) => (one.outcome === 'kept' ? [[place(one), one.value, one.after, one.to]] : [])),
    ),
    section(
      'Not taken over',
      ['KEY', 'VALUE', 'WHY'],
      settings.flatMap((one) => (one.outcome === 'left-out' ? [[place(one), one.value, one.reason]] : [])),
    ),
  ];
}

const SHOWN_MAX = 40;

/** Lists of symbols are long, and the manifest is shown as well. */
function brief(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}

/** Without the folder: the files have names of their own. */
function place({ file, key }: Setting): string {
  return `${file.split('/').at(-1) ?? file}: ${key}`;
}

function lotSection(lots: readonly OpeningLot[], answer: BrokerAnswer): string {
  const rows = lots.map((lot) => [
    lot.strategy,
    lot.symbol,
    grouped(formatQuantity(lot.quantity)),
    formatDollars(averageOf(lot.cost, lot.quantity)),
    formatInstant(lot.since),
    lot.orderId ?? '<unknown>',
    brokerCell(lot, answer),
  ]);
  const headers = ['STRATEGY', 'SYMBOL', '>QUANTITY', '>PRICE', 'SINCE', 'ORDER', '>BROKER'];
  return section('Opening lots', headers, rows);
}

function brokerCell({ symbol }: OpeningLot, answer: BrokerAnswer): string {
  if (answer.kind !== 'asked') return '?';
  const position = answer.positions.find((held) => held.symbol === symbol);
  return position === undefined ? '0' : grouped(formatQuantity(position.quantity));
}

function unmanagedRows(answer: BrokerAnswer): string[][] {
  if (answer.kind !== 'asked') return [];
  return answer.comparison.unmanaged.map(({ symbol, quantity }) => [
    symbol,
    grouped(formatQuantity(quantity)),
  ]);
}

/** One line each. */
export function notesOf(plan: ImportPlan, answer: BrokerAnswer): string[] {
  const { changed, record, notes } = plan;
  const since = record === null ? '' : ` since it was imported at ${record.importedAt}`;
  return [...changed.map((file) => `${file} has changed${since}`), ...notes, ...brokerNotes(answer)];
}

function brokerNotes(answer: BrokerAnswer): string[] {
  if (answer.kind === 'not-needed') return [];
  if (answer.kind === 'not-asked') {
    const shared = answer.comparison.conflicts.map(({ symbol }) => symbol).join(', ');
    const rest =
      shared === '' ? '' : `; ${shared}: two strategies own it, and their sum must be what the broker has`;
    return [`the lots were not compared with the broker: ${answer.reason}${rest}`];
  }
  const { unsigned, differences } = answer.comparison;
  const signs = unsigned.map(
    ({ strategy, symbol, quantity }) =>
      `${strategy}/${symbol}: ${formatQuantity(quantity)} in the file, and the broker is short: opened as a short lot`,
  );
  const flipped = new Set(unsigned.map(({ symbol }) => symbol));
  const others = differences
    .filter(({ symbol, booked, broker }) => !flipped.has(symbol) || booked + broker !== 0)
    .map(
      ({ strategy, symbol, booked, broker }) =>
        `${strategy}/${symbol}: ${formatQuantity(booked)} in the file, ${formatQuantity(broker)} at the broker: the first plan says what follows`,
    );
  return [...signs, ...others];
}

function fileText({ path, text, about }: PlannedManifest): string[] {
  if (path.endsWith('.csv')) return [`--- ${printable(path)}: ${printable(about)}\n`];
  const lines = text.split('\n').map(printable).join('\n');
  return [`--- ${printable(path)}\n${lines}`];
}

/** Lines of one text that the other does not have. */
function differenceText({ path, text, found }: PlannedManifest): string {
  const [there, wanted] = [(found ?? '').split('\n'), text.split('\n')];
  const lines = [
    ...there.filter((line) => !wanted.includes(line)).map((line) => `- ${printable(line)}`),
    ...wanted.filter((line) => !there.includes(line)).map((line) => `+ ${printable(line)}`),
  ];
  return `--- ${printable(path)} is there, and would be different\n${lines.join('\n')}\n`;
}
