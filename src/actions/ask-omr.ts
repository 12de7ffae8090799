/** Gathers what the overnight-mean-reversion signal reads, and turns its candidates into targets. */
import type { FixedTarget, OmrSignal } from '../desired/desired-state.ts';
import { formatPercent, negate, WHOLE, type Money } from '../domain/decimal.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { SignalDecision } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import type { Reading } from '../observed/bars.ts';
import type { IndexToday } from '../strategies/omr-market.ts';
import type { PriceProvenance, ReversionTable } from '../strategies/omr-table.ts';
import { decideOmr, type OmrDecision, type OmrInput } from '../strategies/omr.ts';
import { equityOf, MICROS, readAll, type Asked, type SignalTurn } from './signal-data.ts';
import { readTable } from './read-table.ts';
import { omrReads } from './signal-reads.ts';

/** `prices`: those of the account. */
type OmrTurn = SignalTurn<OmrSignal> & { readonly prices: PriceProvenance };

const SPY = 'SPY';
const VIX = 'VIX';

export async function askOmr(ports: Ports, turn: OmrTurn, observed: ObservedState): Promise<Asked> {
  const input = await gather(ports, turn);
  if (typeof input === 'string') return input;
  const decided = decideOmr(input);
  if (decided.market.kind === 'blocked' && decided.market.code !== 'RegimeSkipped')
    return `${decided.market.code}: ${decided.market.words}`;
  const decision = decisionOf(turn, { input, decided, equity: equityOf(observed) });
  return { kind: 'targets', targets: targetsOf(turn, decided), decision };
}

/** What is known now, or why the table cannot be used. */
async function gather(
  { market, clock, signalFiles }: Ports,
  { strategy, signal, prices, calendar }: OmrTurn,
): Promise<OmrInput | string> {
  const table = await readTable({ signalFiles }, { strategy, signal, prices });
  if (typeof table === 'string') return table;
  const now = clock.now();
  const today = dateOf(now);
  const universe = [...strategy.universe];
  const reads = omrReads(universe, { today, calendar });
  const { quotes, closes, bars } = await readAll(market, reads, now);
  const index = (name: string): IndexToday => ({
    closes: closes.get(name) ?? [],
    now: readingOf(quotes.get(name)),
  });
  return {
    today,
    previousSession: reads.sessions.at(-1) ?? today,
    spy: index(SPY),
    vix: index(VIX),
    table,
    symbols: new Map(
      universe.map((symbol) => {
        const open = bars.get(symbol)?.at(-1);
        const reading = open === undefined ? null : { date: open.date, value: open.open };
        return [symbol, { open: reading, price: readingOf(quotes.get(symbol)) }];
      }),
    ),
    parameters: {
      sides: signal.sides ?? 'long',
      minWinRate: signal.minWinRate / WHOLE,
      minExpectedReturn: signal.minExpectedReturn / WHOLE,
      maxPositions: strategy.capital.maxPositions,
    },
  };
}

function readingOf(quote: Quote | undefined): Reading | null {
  return quote === undefined ? null : { date: dateOf(quote.asOf), value: quote.price / MICROS };
}

/** The strongest is served first when money is short. */
function targetsOf({ strategy }: OmrTurn, { candidates }: OmrDecision): FixedTarget[] {
  const weight = strategy.capital.positionSize;
  return candidates.map(({ symbol, rank, side }) => ({
    symbol,
    size: { kind: 'weight', weight: side === 'long' ? weight : negate(weight) },
    priority: candidates.length - rank,
  }));
}

interface Decided {
  readonly input: OmrInput;
  readonly decided: OmrDecision;
  readonly equity: Money;
}

function decisionOf({ signal, strategy }: OmrTurn, { input, decided, equity }: Decided): SignalDecision {
  const { market, candidates, blocked } = decided;
  const beyond = blocked.flatMap((row) => ('rank' in row ? [row] : []));
  const ranked = [...candidates, ...beyond].sort((a, b) => a.rank - b.rank);
  return {
    signal: signal.type,
    inputs: sha256(canonicalJson(readData(input))),
    parameters: {
      minWinRate: formatPercent(signal.minWinRate),
      minExpectedReturn: formatPercent(signal.minExpectedReturn),
      ...(signal.sides && { sides: signal.sides }),
      ...(input.table !== null && { table: tableWords(input.table) }),
    },
    equity,
    market: [
      market.kind === 'blocked'
        ? market.words
        : `regime ${market.regime.regime}, confidence ${market.regime.confidence.toFixed(4)}`,
    ],
    count: market.kind === 'blocked' ? strategy.capital.maxPositions : market.thresholds.maxPositions,
    ranking: ranked.map(({ symbol, strength }) => ({ symbol, score: strength })),
    unranked: blocked.flatMap((row) =>
      'rank' in row ? [] : [{ symbol: row.symbol, reason: row.code, why: row.words }],
    ),
  };
}

function tableWords({ trainedAt, training: { lastDate, prices } }: ReversionTable): string {
  return `trained ${trainedAt}, up to ${lastDate}${prices === undefined ? '' : `, on ${prices.source}`}`;
}

function readData({ today, spy, vix, symbols, table }: OmrInput): Json {
  const index = ({ closes, now }: IndexToday): Json => [
    closes.map(({ date, close }): Json => [date, close]),
    readingJson(now),
  ];
  return {
    today,
    spy: index(spy),
    vix: index(vix),
    symbols: Object.fromEntries(
      [...symbols].map(([symbol, { open, price }]) => [symbol, [readingJson(open), readingJson(price)]]),
    ),
    table: (table?.cells ?? []) as unknown as Json,
  };
}

function readingJson(reading: Reading | null): readonly [CalendarDate, number] | null {
  return reading === null ? null : [reading.date, reading.value];
}
