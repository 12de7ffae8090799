/** Records of simulations that nobody ran: seeded walks with trades that fit, for tests of what is made from them. */
import { nextSessionAfter, type Session } from '../../src/domain/calendar.ts';
import { SHARE, valueOf, type Money, type Price, type Quantity } from '../../src/domain/decimal.ts';
import { addDays } from '../../src/domain/days.ts';
import { plus } from '../../src/domain/instant.ts';
import { normals } from '../../src/market/random.ts';
import type { SessionRecord, SimulationRecord, StrategyDay, Trade } from '../../src/performance/record.ts';

export const dollars = (amount: number): Money => Math.round(amount * 1_000_000) as Money;
export const price = (amount: number): Price => Math.round(amount * 1_000_000) as Price;
export const shares = (count: number): Quantity => Math.round(count * SHARE) as Quantity;

interface Wish {
  readonly seed?: number;
  readonly from?: string;
  readonly sessions?: number;
  /** A name with `short` in it goes short. */
  readonly strategies?: readonly string[];
}

/** Everything in it adds up: equity is the start and all profits, profit is cash flow and value less fees. */
export function simulated({
  seed = 7,
  from = '2024-01-02',
  sessions: count = 504,
  strategies = ['momentum', 'overnight', 'pairs-short'],
}: Wish = {}): SimulationRecord {
  const books = strategies.map((name, index) => book(name, `${seed} ${name}`, index));
  const sessions: SessionRecord[] = [];
  let at = nextSessionAfter(addDays(from, -1));
  const startingEquity = dollars(100_000);
  for (let index = 0; index < count; index += 1) {
    const session = at;
    const days = books.map((own) => own.step(session));
    const profit = days.reduce((sum, day) => sum + day.profit, 0);
    const net = days.reduce((sum, day) => sum + day.long - day.short, 0);
    const equity = (startingEquity + profit) as Money;
    sessions.push({ date: session.date, equity, cash: (equity - net) as Money, strategies: days });
    at = nextSessionAfter(at.date);
  }
  const trades = books.flatMap((own) => own.trades).toSorted((a, b) => a.time - b.time);
  const sent = (name: string): number => trades.filter(({ strategy }) => strategy === name).length;
  return {
    from: sessions[0]?.date ?? from,
    to: sessions.at(-1)?.date ?? from,
    data: 'synthetic',
    seed,
    startingEquity,
    strategies: strategies.map((name) => ({ name, description: `The ${name} strategy` })),
    sessions,
    trades,
    orders: strategies.map((name) => ({
      strategy: name,
      sent: sent(name) + 1,
      filled: sent(name),
      partlyFilled: 0,
      refused: 1,
    })),
    breaks: [],
    remarks: [],
  };
}

interface Book {
  readonly trades: Trade[];
  readonly step: (session: Session) => StrategyDay;
}

/** One symbol, traded every tenth session or so: in with 200 shares a time, out with half of what is there. */
function book(strategy: string, seed: string, index: number): Book {
  const chance = normals(seed);
  const sign = strategy.includes('short') ? -1 : 1;
  const symbol = `SY${String.fromCharCode(65 + (index % 26))}`;
  const trades: Trade[] = [];
  let last = 60 + 20 * (index % 5);
  let held = 0;
  let cost = 0;
  let cash = 0;
  const trade = (session: Session, count: number): void => {
    const own = price(Math.round(last * 100) / 100);
    const value = valueOf(shares(count), own);
    const fee = Math.round(Math.abs(value) / 100_000);
    const closes = Math.sign(held) * Math.sign(count) < 0;
    const closedCost = closes ? Math.round((cost * -count) / held) : 0;
    trades.push({
      time: plus(session.close, -60_000 * (5 + index)),
      strategy,
      symbol,
      side: count > 0 ? 'buy' : 'sell',
      quantity: shares(Math.abs(count)),
      price: own,
      fee: fee as Money,
      slippage: Math.round(Math.abs(value) / 20_000) as Money,
      realised: closes ? ((0 - value - closedCost) as Money) : null,
    });
    cash -= value + fee;
    cost += closes ? -closedCost : value;
    held += count;
  };
  return {
    trades,
    step: (session) => {
      last *= 1 + 0.0004 + 0.013 * chance();
      const mood = chance();
      if (held === 0 ? mood > 0.4 : mood > 1.4 && Math.abs(held) < 500) trade(session, sign * 200);
      else if (mood < -1.2 && held !== 0) trade(session, -held / (Math.abs(held) > 200 ? 2 : 1));
      const value = valueOf(shares(held), price(Math.round(last * 100) / 100));
      return {
        strategy,
        profit: (cash + value) as Money,
        long: Math.max(0, value) as Money,
        short: Math.max(0, 0 - value) as Money,
      };
    },
  };
}

/** A record with these closes and nothing else: one strategy that has made all of it. */
export function withCloses(start: number, closes: readonly number[], from = '2024-01-02'): SimulationRecord {
  const base = simulated({ sessions: closes.length, from, strategies: ['only'] });
  return {
    ...base,
    startingEquity: dollars(start),
    trades: [],
    sessions: base.sessions.map(({ date }, index) => {
      const equity = dollars(closes[index] ?? 0);
      const profit = (equity - dollars(start)) as Money;
      const own: StrategyDay = { strategy: 'only', profit, long: dollars(0), short: dollars(0) };
      return { date, equity, cash: equity, strategies: [own] };
    }),
  };
}
