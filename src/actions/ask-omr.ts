/** Gathers what the overnight-mean-reversion signal reads, and turns its candidates into targets. */
import type { FixedTarget, OmrSignal } from '../desired/desired-state.ts';
import { nextSessionAfter } from '../domain/calendar.ts';
import { formatPercent, negate, WHOLE, type Money } from '../domain/decimal.ts';
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import { dateOf } from '../domain/instant.ts';
import type { SignalDecision } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { whyOld, type LatestReading, type Reading } from '../observed/bars.ts';
import type { IndexToday } from '../strategies/omr-market.ts';
import type { PriceProvenance, ReversionTable } from '../strategies/omr-table.ts';
import { decideOmr, type OmrDecision, type OmrInput } from '../strategies/omr.ts';
import { actionDoubts } from './action-doubts.ts';
import { readTable } from './read-table.ts';
import { equityOf, latestReading, readAll, type Asked, type SignalTurn } from './signal-data.ts';
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

/** What is known now, or why nothing of it can be used. */
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
  // What is entered is held into the next session.
  const night = { from: today, to: nextSessionAfter(today, calendar).date };
  const [{ quotes, closes, bars }, doubts] = await Promise.all([
    readAll(market, reads, now),
    actionDoubts(market, [...universe, SPY], night),
  ]);
  const doubt = doubts.get(SPY);
  if (doubt !== undefined) return `${SPY}: ${doubt.words}`;
  const index = (name: string): IndexToday => ({
    closes: closes.get(name) ?? [],
    now: latestReading(quotes.get(name), { now, calendar }),
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
        const price = latestReading(quotes.get(symbol), { now, calendar });
        return [symbol, { open: reading, price, doubt: doubts.get(symbol) ?? null }];
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
      [...symbols].map(([symbol, { open, price, doubt }]) => [
        symbol,
        [readingJson(open), readingJson(price), ...(doubt === null ? [] : [doubt.code])],
      ]),
    ),
    table: (table?.cells ?? []) as unknown as Json,
  };
}

function readingJson(reading: Reading | LatestReading | null): Json {
  if (reading === null) return null;
  const isOld = 'age' in reading && whyOld(reading) !== null;
  return [reading.date, reading.value, ...(isOld ? ['old'] : [])];
}
