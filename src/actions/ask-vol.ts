/** Gathers what the vol-term-structure signal reads, and turns its decision into targets. */
import type { FixedTarget, VolSignal } from '../desired/desired-state.ts';
import { averageOf, WHOLE, type Money, type Ratio } from '../domain/decimal.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { dateOf } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { SignalDecision } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import type { IndexNow } from '../strategies/vol-market.ts';
import { NEVER_HELD, type VolState } from '../strategies/vol-state.ts';
import {
  decideVol,
  type VolDecision,
  type VolInput,
  type VolPosition,
} from '../strategies/vol-term-structure.ts';
import { equityOf, MICROS, readAll, type Asked, type SignalTurn } from './signal-data.ts';
import { volReads } from './signal-reads.ts';

type VolTurn = SignalTurn<VolSignal>;

const VIX = 'VIX';
const VIX3M = 'VIX3M';

export async function askVol(ports: Ports, turn: VolTurn, observed: ObservedState): Promise<Asked> {
  const { signal } = turn;
  const input = await gather(ports, turn, observed);
  const decided = decideVol(input);
  return {
    kind: 'targets',
    targets: targetsOf(decided),
    decision: decisionOf(turn, { input, decided, equity: equityOf(observed) }),
    memory: { signal: signal.type, state: decided.state as unknown as Json },
  };
}

async function gather(
  { market, clock }: Ports,
  { strategy, signal, calendar }: VolTurn,
  { ledger }: ObservedState,
): Promise<VolInput> {
  const { parameters, type } = signal;
  const now = clock.now();
  const today = dateOf(now);
  const book = ledger.books.get(strategy.name);
  const held = [...(book?.keys() ?? [])];
  const reads = volReads(signal, held, { today, calendar });
  const { quotes, closes } = await readAll(market, reads, now);
  const index = (name: string): IndexNow => ({
    closes: closes.get(name) ?? [],
    value: readingOf(quotes.get(name)),
  });
  const holdings = [...(book ?? [])].map(([symbol, { cost, quantity }]): [string, VolPosition] => {
    const quote = quotes.get(symbol);
    // A price of another day is none of today's.
    const price = quote !== undefined && dateOf(quote.asOf) === today ? quote.price / MICROS : null;
    return [symbol, { averageEntry: averageOf(cost, quantity) / MICROS, price }];
  });
  const memory = ledger.memories.get(strategy.name);
  return {
    now,
    sessions: reads.sessions,
    vix: index(VIX),
    vix3m: index(VIX3M),
    shortVolBars: closes.get(parameters.shortVolSymbol) ?? [],
    holdings: new Map(holdings),
    parameters,
    state: memory?.signal === type ? (memory.state as unknown as VolState) : NEVER_HELD,
  };
}

function readingOf(quote: Quote | undefined): IndexNow['value'] {
  return quote === undefined ? null : { at: quote.asOf, value: quote.price / MICROS };
}

/** What is held and not left is not named: it is held, whatever its weight has become. */
function targetsOf({ action }: VolDecision): FixedTarget[] {
  switch (action.kind) {
    case 'enter':
      return [targetOf(action.symbol, Math.floor(action.weight * WHOLE) as Ratio)];
    case 'exit':
      return action.symbols.map((symbol) => targetOf(symbol, 0 as Ratio));
    default:
      return [];
  }
}

function targetOf(symbol: string, weight: Ratio): FixedTarget {
  return { symbol, size: { kind: 'weight', weight }, priority: 0 };
}

interface Decided {
  readonly input: VolInput;
  readonly decided: VolDecision;
  readonly equity: Money;
}

function decisionOf({ signal, strategy }: VolTurn, { input, decided, equity }: Decided): SignalDecision {
  const { action, blocked, market } = decided;
  const kept =
    action.kind === 'hold'
      ? [{ symbol: action.symbol, reason: action.code, why: action.words }]
      : action.kind === 'exit'
        ? action.symbols.map((symbol) => ({ symbol, reason: action.code, why: action.words }))
        : [];
  return {
    signal: signal.type,
    inputs: sha256(canonicalJson(readData(input))),
    parameters: { ...signal.parameters },
    equity,
    market: [
      `VIX ${shown(market.vix, 2)}, VIX / VIX3M ${shown(market.ratio, 4)}, smoothed ${shown(market.smoothedRatio, 4)}`,
      `state ${input.state.kind}, now ${decided.state.kind}`,
    ],
    count: 1,
    ranking: action.kind === 'enter' ? [{ symbol: action.symbol, score: action.weight }] : [],
    unranked: [
      ...kept,
      ...blocked.map(({ symbol, code, words }) => ({ symbol, reason: code, why: words })),
      ...[...strategy.universe].flatMap((symbol) => notTraded(symbol, signal)),
    ],
  };
}

/** A universe may have more symbols than the two that its signal knows. */
function notTraded(symbol: string, { parameters }: VolSignal): SignalDecision['unranked'] {
  const { shortVolSymbol, longVolSymbol } = parameters;
  if (symbol === shortVolSymbol || symbol === longVolSymbol) return [];
  const why = `it trades ${shortVolSymbol} and ${longVolSymbol} alone`;
  return [{ symbol, reason: 'NotTraded', why }];
}

function shown(value: number | null, digits: number): string {
  return value?.toFixed(digits) ?? 'not known';
}

function readData({ sessions, vix, vix3m, shortVolBars, holdings, state }: VolInput): Json {
  const index = ({ closes, value }: IndexNow): Json => [
    closes.map(({ date, close }): Json => [date, close]),
    value === null ? null : [value.at, value.value],
  ];
  return {
    sessions,
    vix: index(vix),
    vix3m: index(vix3m),
    shortVol: shortVolBars.map(({ date, close }): Json => [date, close]),
    holdings: Object.fromEntries(
      [...holdings].map(([symbol, { averageEntry, price }]) => [symbol, [averageEntry, price]]),
    ),
    state: state as unknown as Json,
  };
}
