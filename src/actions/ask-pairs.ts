/** Gathers what the pairs signal reads, and turns its decisions into targets, two of one group for each pair. */
import type { FixedTarget, PairsSignal } from '../desired/desired-state.ts';
import { WHOLE, type Money, type Ratio } from '../domain/decimal.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { dateOf } from '../domain/instant.ts';
import { whyOld, type DailyBar } from '../observed/bars.ts';
import type { Observed } from '../observed/broker-view.ts';
import type { SignalDecision } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import type { PairDecision, PairsDecision } from '../strategies/pairs-decision.ts';
import type { PairSymbol } from '../strategies/pairs-history.ts';
import { heldPairs } from '../strategies/pairs-held.ts';
import { NO_PAIRS, type PairsState } from '../strategies/pairs-state.ts';
import { decidePairs, type PairsInput } from '../strategies/pairs.ts';
import { actionDoubts } from './action-doubts.ts';
import { read } from './read.ts';
import { equityOf, latestReading, MICROS, readAll, type Asked, type SignalTurn } from './signal-data.ts';
import { pairsReads } from './signal-reads.ts';

type PairsTurn = SignalTurn<PairsSignal>;

export async function askPairs(ports: Ports, turn: PairsTurn, observed: ObservedState): Promise<Asked> {
  const input = await gather(ports, turn, observed);
  const decided = decidePairs(input);
  return {
    kind: 'targets',
    targets: decided.pairs.flatMap(targetsOf),
    decision: decisionOf(turn, { input, decided, equity: equityOf(observed) }),
    memory: { signal: turn.signal.type, state: decided.state as unknown as Json },
  };
}

async function gather(
  { market, clock, broker }: Ports,
  { strategy, signal, calendar }: PairsTurn,
  observed: ObservedState,
): Promise<PairsInput> {
  const { ledger } = observed;
  const { parameters, type } = signal;
  const now = clock.now();
  const today = dateOf(now);
  const memory = ledger.memories.get(strategy.name);
  const state = memory?.signal === type ? (memory.state as unknown as PairsState) : NO_PAIRS;
  const pairs = strategy.groups?.pairs ?? [];
  const held = heldPairs(ledger.books.get(strategy.name)?.keys() ?? [], pairs, state);
  const symbols = [...new Set([...pairs.flat(), ...[...held].flatMap((pair) => pair.split('/'))])].sort();
  const reads = pairsReads(signal, symbols, { today, calendar });
  const [{ quotes, bars }, doubts, assets] = await Promise.all([
    readAll(market, reads, now),
    actionDoubts(market, symbols, { from: today, to: today }),
    read(clock, () => broker.assets(symbols)),
  ]);
  const symbolOf = (symbol: string): PairSymbol => {
    return {
      bars: (bars.get(symbol) ?? []).map(withVolume),
      price: latestReading(quotes.get(symbol), { now, calendar }),
      shortable: isShortable(assets, symbol),
      doubt: doubts.get(symbol) ?? null,
    };
  };
  return {
    today,
    sessions: reads.sessions,
    symbols: new Map(symbols.map((symbol) => [symbol, symbolOf(symbol)])),
    parameters,
    equity: equityOf(observed) / MICROS,
    pairs,
    held,
    state,
  };
}

/** A volume that is not known is too little for any limit. */
function withVolume({ date, close, volume }: DailyBar): PairSymbol['bars'][number] {
  return { date, close, volume: volume ?? Number.NaN };
}

/** Without an answer the order asks again, and waits for it in the window of its slot (`BorrowUnknown`). */
function isShortable(
  assets: Observed<ReadonlyMap<string, { notShortable: string | null }>>,
  symbol: string,
): boolean {
  return assets.kind !== 'ok' || assets.data.get(symbol)?.notShortable === null;
}

/** What is held and not left is not named: it is held, whatever its weights have become. The short leg goes first. */
function targetsOf(decision: PairDecision): FixedTarget[] {
  if (decision.kind === 'exit')
    return decision.symbols.map((symbol) => ({
      symbol,
      size: { kind: 'weight', weight: 0 as Ratio },
      priority: 0,
    }));
  if (decision.kind !== 'enter') return [];
  return decision.legs.map(({ symbol, weight, side }) => ({
    symbol,
    size: { kind: 'weight', weight: Math.trunc(weight * WHOLE) as Ratio },
    priority: side === 'short' ? 1 - 2 * decision.rank : -2 * decision.rank,
    group: decision.pair,
  }));
}

interface Decided {
  readonly input: PairsInput;
  readonly decided: PairsDecision;
  readonly equity: Money;
}

function decisionOf({ signal }: PairsTurn, { input, decided, equity }: Decided): SignalDecision {
  const entered = decided.pairs.filter((pair) => pair.kind === 'enter').sort((a, b) => a.rank - b.rank);
  const ranking = entered.flatMap(({ legs, score }) => legs.map(({ symbol }) => ({ symbol, score })));
  const ranked = new Set(ranking.map(({ symbol }) => symbol));
  return {
    signal: signal.type,
    inputs: sha256(canonicalJson(readData(input))),
    parameters: parametersOf(signal),
    equity,
    market: decided.pairs.map(inWords),
    count: ranking.length,
    ranking,
    unranked: whyNot(decided).filter(({ symbol }) => !ranked.has(symbol)),
  };
}

function parametersOf({
  parameters: { beta, halfLife, ...rest },
}: PairsSignal): SignalDecision['parameters'] {
  return { ...rest, beta: `${beta.min} to ${beta.max}`, halfLife: `${halfLife.min} to ${halfLife.max}` };
}

function inWords(decision: PairDecision): string {
  const z = decision.z === null ? 'z not known' : `z ${decision.z.toFixed(2)}`;
  const does = decision.kind === 'enter' ? `enter ${decision.side}, rank ${decision.rank}` : decision.code;
  return `${decision.pair}: ${z}, ${does}`;
}

/** One row a symbol, whatever the number of its pairs. */
function whyNot({ pairs }: PairsDecision): SignalDecision['unranked'] {
  const rows = new Map<string, { symbol: string; reason: string; why: string }>();
  for (const decision of pairs) {
    if (decision.kind === 'enter') continue;
    for (const symbol of decision.pair.split('/')) {
      const known = rows.get(symbol);
      const words = `${decision.pair}: ${decision.words}`;
      if (known === undefined) rows.set(symbol, { symbol, reason: decision.code, why: words });
      else rows.set(symbol, { ...known, why: `${known.why}; ${decision.code}: ${words}` });
    }
  }
  return [...rows.values()];
}

function readData({ today, sessions, symbols, pairs, held, state }: PairsInput): Json {
  const rowOf = ({ bars, price, shortable, doubt }: PairSymbol): Json => [
    bars.map(({ date, close, volume }): Json => [date, close, Number.isNaN(volume) ? null : volume]),
    price === null ? null : [price.date, price.value, ...(whyOld(price) === null ? [] : ['old'])],
    shortable,
    ...(doubt === null ? [] : [doubt.code]),
  ];
  return {
    today,
    sessions,
    symbols: Object.fromEntries([...symbols].map(([symbol, known]) => [symbol, rowOf(known)])),
    pairs,
    held: [...held],
    state: state as unknown as Json,
  };
}
