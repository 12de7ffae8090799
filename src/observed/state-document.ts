/**
 * The state file: books and lock as one readable JSON document in the original's version-1 format.
 *
 * It is a projection of the journal. What the original's tools read are rounded JSON numbers; the exact books are
 * decimal strings under the one key `hgctl`, with the place in the journal and a digest that betrays an edit.
 */
import {
  averageOf,
  formatMoney,
  formatPercent,
  formatQuantity,
  parseMoney,
  parsePercent,
  parseQuantity,
} from '../domain/decimal.ts';
import type { Brakes, Halt, Suspension } from './brakes.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { Lot } from './book.ts';
import type { Drain } from './drain-events.ts';
import { parseForeign, plainPart, type ForeignDocument } from './foreign-state.ts';
import { isTooDeep, parseJson } from './json-text.ts';
import type { ExecutionLock, Ledger } from './ledger.ts';
import { ACCOUNT } from './loss-curve.ts';
import type { Latch, LossLimit } from './mark-events.ts';
import { formatUtc, parseUtc } from './utc-text.ts';

// Aliases, not interfaces: only they are Json to the type checker.
export type StateDocument = VisibleState & { readonly hgctl: OwnState };

/** What the original's tools know. */
type VisibleState = {
  readonly version: 1;
  /** Time of the newest record; times here carry the New York offset. */
  readonly last_updated: string;
  readonly execution_lock: {
    readonly holder: string;
    readonly acquired: string;
    readonly expires: string;
    readonly owner: string;
  } | null;
  readonly strategies: Readonly<Record<string, VisibleStrategy>>;
};

type VisibleStrategy = {
  readonly positions: Readonly<Record<string, VisiblePosition>>;
  readonly last_execution: string | null;
};

type VisiblePosition = {
  readonly qty: number;
  readonly entry_price: number;
  readonly entry_time: string;
  readonly order_id: string | null;
};

type OwnState = ExactState & {
  /** SHA-256 of the canonical document without this field. */
  readonly digest: string;
};

type ExactState = {
  /** The last record of the journal that is in here. */
  readonly seq: number;
  readonly hash: string;
  readonly books: Readonly<Record<string, Readonly<Record<string, ExactLot>>>>;
  /** Profit of closed quantities: strategy, symbol, money. */
  readonly realised: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Strategies that an operator has turned off; earlier versions left this out. */
  readonly drains?: Readonly<Record<string, ExactDrain>>;
  /** Loss limits that are latched, by strategy and `*` for the account; left out where none is. */
  readonly latches?: Readonly<Record<string, ExactLatch>>;
  /** What operators have stopped; left out where they have stopped nothing. */
  readonly brakes?: ExactBrakes;
};

type ExactBrakes = {
  readonly halt: (Omit<Halt, 'since'> & { readonly since: string }) | null;
  readonly suspensions: readonly ExactSuspension[];
};

type ExactSuspension = Omit<Suspension, 'since' | 'until'> & {
  readonly since: string;
  readonly until: string | null;
};

type ExactDrain = {
  readonly close: boolean;
  readonly by: string;
  readonly since: string;
  readonly state: Drain['state'];
  readonly leftovers: readonly string[];
};

type ExactLatch = {
  readonly limit: LossLimit;
  readonly session: string;
  readonly loss: string;
  readonly base: string;
  readonly allowed: string;
  readonly since: string;
};

type ExactLot = {
  readonly quantity: string;
  readonly cost: string;
  readonly since: string;
  readonly order_id: string | null;
};

export type ParsedState =
  | { readonly kind: 'ours'; readonly seq: number; readonly hash: string; readonly document: StateDocument }
  /** Written by the original, or by a tool that dropped our key. `notes` say what was skipped. */
  | {
      readonly kind: 'foreign';
      readonly document: ForeignDocument;
      readonly notes: readonly string[];
      readonly raw: Json;
    }
  /** Once ours, changed since. */
  | { readonly kind: 'edited'; readonly document: ForeignDocument; readonly raw: Json }
  | { readonly kind: 'invalid'; readonly message: string };

/** Every strategy with a book, a last execution or a place in the recorded revision appears. Pure: no clock. */
export function projectState(ledger: Ledger): StateDocument {
  const names = new Set([
    ...ledger.books.keys(),
    ...ledger.lastExecution.keys(),
    ...(ledger.revision?.strategies ?? []).map(({ name }) => name),
  ]);
  const visible: VisibleState = {
    version: 1,
    last_updated: formatInstant(ledger.time),
    execution_lock: ledger.lock === null ? null : visibleLock(ledger.lock),
    strategies: sortedRecord([...names].map((name) => [name, visibleStrategy(ledger, name)])),
  };
  const exact: ExactState = {
    seq: ledger.seq,
    hash: ledger.hash,
    books: recordOf(ledger.books, (book) => recordOf(book, exactLot)),
    realised: recordOf(ledger.realised, (profits) => recordOf(profits, formatMoney)),
    drains: recordOf(ledger.drains, ({ strategy, ...drain }) => ({
      ...drain,
      since: formatUtc(drain.since),
    })),
    ...(ledger.latches.size > 0 && { latches: recordOf(ledger.latches, exactLatch) }),
    ...exactBrakes(ledger),
  };
  return { ...visible, hgctl: { ...exact, digest: digestOf({ ...visible, hgctl: exact }) } };
}

export function formatState(document: StateDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Characters; 50,000 positions take less. */
const TEXT_MAX = 33_554_432;

export function parseState(text: string): ParsedState {
  if (text.length > TEXT_MAX) return { kind: 'invalid', message: 'is larger than 32 MiB: no state file is' };
  const ours = oursIn(text);
  if (ours !== null) return { kind: 'ours', seq: ours.hgctl.seq, hash: ours.hgctl.hash, document: ours };
  const json = parseJson(text);
  if (json.kind === 'invalid') return json;
  const raw = json.value;
  const foreign = parseForeign(raw);
  if (foreign.kind === 'invalid') return foreign;
  const { document, notes } = foreign;
  if (isObject(raw) && Object.hasOwn(raw, 'hgctl')) return { kind: 'edited', document, raw };
  return { kind: 'foreign', document, notes, raw };
}

/** The exact books of a document of ours. */
export function booksOf(document: StateDocument): Map<string, Map<string, Lot>> {
  const entries = Object.entries(document.hgctl.books).map(
    ([name, book]) =>
      [name, new Map(Object.entries(book).map(([symbol, lot]) => [symbol, lotOf(lot)]))] as const,
  );
  return new Map(entries);
}

/** The shutdowns of a document of ours; null where it does not tell them. */
export function drainsOf({ hgctl: { drains } }: StateDocument): Drain[] | null {
  if (drains === undefined) return null;
  return Object.entries(drains).map(([strategy, drain]) => {
    const since = parseUtc(drain.since);
    if (since === undefined) throw new Error('state file: bad shutdown');
    return { ...drain, strategy, since };
  });
}

/** The latched loss limits of a document of ours. */
export function latchesOf({ hgctl: { latches = {} } }: StateDocument): Latch[] {
  return Object.entries(latches).map(([scope, { limit, session, ...exact }]) => {
    const loss = parseMoney(exact.loss);
    const base = parseMoney(exact.base);
    const allowed = parsePercent(exact.allowed);
    const since = parseUtc(exact.since);
    if (loss === undefined || base === undefined || allowed === undefined || since === undefined)
      throw new Error('state file: bad loss limit');
    return { strategy: scope === ACCOUNT ? null : scope, limit, session, loss, base, allowed, since };
  });
}

/** The halt and the suspensions of a document of ours. */
export function brakesOf({ hgctl: { brakes } }: StateDocument): Brakes {
  if (brakes === undefined) return { halt: null, suspensions: [] };
  const { halt, suspensions } = brakes;
  return {
    halt: halt === null ? null : { ...halt, since: instantOf(halt.since) },
    suspensions: suspensions.map(({ since, until, ...rest }) => ({
      ...rest,
      since: instantOf(since),
      until: until === null ? null : instantOf(until),
    })),
  };
}

function instantOf(text: string): Instant {
  const instant = parseUtc(text);
  if (instant === undefined) throw new Error('state file: bad time of a halt or a suspension');
  return instant;
}

function exactBrakes({ halt, suspensions }: Ledger): Pick<ExactState, 'brakes'> {
  if (halt === null && suspensions.size === 0) return {};
  const brakes = {
    halt: halt === null ? null : { ...halt, since: formatUtc(halt.since) },
    suspensions: [...suspensions.values()]
      .sort((a, b) => compareText(a.strategy, b.strategy))
      .map(({ since, until, ...rest }) => ({
        ...rest,
        since: formatUtc(since),
        until: until === null ? null : formatUtc(until),
      })),
  };
  return { brakes };
}

/** Where a document says something else than it should, one line a field; our own key is not compared. */
export function stateDifferences(expected: StateDocument, found: Json): readonly string[] {
  return differences('', withoutOwn(expected), withoutOwn(found));
}

function visibleLock({ holder, acquired, expires, owner }: ExecutionLock): VisibleState['execution_lock'] {
  const place = `${owner.host}:${owner.pid}`;
  return { holder, acquired: formatInstant(acquired), expires: formatInstant(expires), owner: place };
}

function visibleStrategy(ledger: Ledger, name: string): VisibleStrategy {
  const executed = ledger.lastExecution.get(name);
  return {
    positions: recordOf(ledger.books.get(name) ?? new Map<string, Lot>(), visiblePosition),
    last_execution: executed === undefined ? null : formatInstant(executed),
  };
}

function visiblePosition({ quantity, cost, since, orderId }: Lot): VisiblePosition {
  return {
    qty: Number(formatQuantity(quantity)),
    entry_price: Number(formatMoney(averageOf(cost, quantity))),
    entry_time: formatInstant(since),
    order_id: orderId,
  };
}

function exactLatch({ limit, session, loss, base, allowed, since }: Latch): ExactLatch {
  return {
    limit,
    session,
    loss: formatMoney(loss),
    base: formatMoney(base),
    allowed: formatPercent(allowed),
    since: formatUtc(since),
  };
}

function exactLot({ quantity, cost, since, orderId }: Lot): ExactLot {
  return {
    quantity: formatQuantity(quantity),
    cost: formatMoney(cost),
    since: formatUtc(since),
    order_id: orderId,
  };
}

function lotOf(exact: ExactLot): Lot {
  const quantity = parseQuantity(exact.quantity);
  const cost = parseMoney(exact.cost);
  const since: Instant | undefined = parseUtc(exact.since);
  // The digest proves that a program of ours wrote it.
  if (quantity === undefined || cost === undefined || since === undefined)
    throw new Error('state file: bad lot');
  return { quantity, cost, since, orderId: exact.order_id };
}

function recordOf<Value, Result>(
  map: ReadonlyMap<string, Value>,
  convert: (value: Value) => Result,
): Record<string, Result> {
  return sortedRecord([...map].map(([key, value]) => [key, convert(value)]));
}

function sortedRecord<Value>(entries: [string, Value][]): Record<string, Value> {
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
}

function digestOf(document: Json): string {
  return sha256(canonicalJson(document));
}

/** Where the digest fits, nobody has written in it: it need not be read with care. */
function oursIn(text: string): StateDocument | null {
  if (isTooDeep(text)) return null;
  try {
    const raw = JSON.parse(text) as Json;
    return isOurs(raw) ? raw : null;
  } catch {
    return null;
  }
}

function isOurs(raw: Json): raw is StateDocument {
  // Stryker disable next-line ConditionalExpression,LogicalOperator: what is no object has no digest that could fit.
  if (!isObject(raw) || raw['version'] !== 1 || !isObject(raw['hgctl'])) return false;
  const { digest, ...exact } = raw['hgctl'];
  return digest === digestOf({ ...raw, hgctl: exact });
}

function withoutOwn(document: Json): Json {
  if (!isObject(document)) return document;
  const { hgctl, ...visible } = document;
  return visible;
}

function differences(path: string, expected: Json | undefined, found: Json | undefined): string[] {
  if (isObject(expected) && isObject(found)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort(compareText);
    return keys.flatMap((key) => {
      const inner = path === '' ? plainPart(key) : `${path}.${plainPart(key)}`;
      return differences(inner, ownField(expected, key), ownField(found, key));
    });
  }
  const [wanted, seen] = [briefly(expected), briefly(found)];
  return wanted === seen ? [] : [`${path}: ${wanted} in the journal, ${seen} in the file`];
}

function ownField(object: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function briefly(value: Json | undefined): string {
  return value === undefined ? 'nothing' : canonicalJson(value);
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
