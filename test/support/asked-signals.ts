/** Asks a shipped signal beside a market of which all is known and calm, but for what a test changes. */
import { askSignals } from '../../src/actions/signals.ts';
import { parseTable } from '../../src/strategies/omr-table-file.ts';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { DailyBar } from '../../src/observed/bars.ts';
import type { SignalAnswer } from '../../src/observed/observed-state.ts';
import type { Market } from '../../src/reconciler/ports.ts';
import { declared, TABLE, type SignalName } from './declared-signals.ts';
import { at, dollars } from './simulated-world.ts';
import { world } from './world.ts';

/** A Tuesday; the slot is at 15:55. */
export const NOW = at('2025-12-02T15:55:30-05:00');
export const TODAY = '2025-12-02';
export const SESSIONS = sessionsBefore(TODAY, 300);
const LEVELS: Readonly<Record<string, number>> = { VIX: 15, VIX3M: 18 };

export interface Facts {
  /** When the price of a symbol is of; now where left out. */
  readonly quotes?: Readonly<Record<string, Instant>>;
  /** The last session that the closes of a symbol have; that before today where left out. */
  readonly lastClose?: Readonly<Record<string, string>>;
  /** Of the bar of today. */
  readonly barDate?: string;
  /** The last session that a series of bars has. */
  readonly lastBar?: string;
  /** Of a question for corporate actions; that nobody keeps a list where left out. */
  readonly actions?: Market['actions'];
  /** What the closes of AAA before this date are multiplied by. */
  readonly before?: readonly [date: string, factor: number];
}

/** All is known and calm but for `facts`. */
function marketOf({
  quotes = {},
  lastClose = {},
  barDate = TODAY,
  lastBar = TODAY,
  ...facts
}: Facts): Market {
  const priceOf = (symbol: string, index: number): number =>
    (LEVELS[symbol] ?? 100) * (1 + 0.002 * Math.sin(index));
  const rows = (symbol: string): DailyBar[] =>
    SESSIONS.filter((date) => date <= (lastClose[symbol] ?? TODAY)).map((date, index) => {
      const [until, factor] = facts.before ?? ['', 1];
      const price = priceOf(symbol, index) * (symbol === 'AAA' && date < until ? factor : 1);
      return { date, open: price, close: price };
    });
  return {
    quotes: (symbols) =>
      Promise.resolve(
        new Map(
          symbols.map((symbol) => [
            symbol,
            { price: dollars(LEVELS[symbol] ?? 100), asOf: quotes[symbol] ?? NOW },
          ]),
        ),
      ),
    closes: (symbols) => Promise.resolve(new Map(symbols.map((symbol) => [symbol, rows(symbol)]))),
    bars: (symbols, { from }) => {
      const past = (symbol: string): DailyBar[] => rows(symbol).filter(({ date }) => date <= lastBar);
      const today = [{ date: barDate, open: 104, close: 100 }];
      return Promise.resolve(
        new Map(symbols.map((symbol) => [symbol, from === TODAY ? today : past(symbol)])),
      );
    },
    minutes: () => Promise.resolve(new Map()),
    actions: facts.actions ?? (() => Promise.resolve(new Map())),
  };
}

export async function ask(name: SignalName, facts: Facts): Promise<SignalAnswer | undefined> {
  const home = await world({ now: NOW, settings: { clock: 'exchange' } });
  const { observed } = await home.look();
  const ports = {
    ...home.ports,
    market: marketOf(facts),
    signalFiles: { table: () => Promise.resolve(parseTable(TABLE)) },
  };
  const desired = { ...home.desired, strategies: [declared(name)] };
  return (await askSignals(ports, desired, observed)).get(name);
}

/** Symbols that are entered, and all that is said of the others. */
export function entries(answer: SignalAnswer | undefined): readonly [readonly string[], string] {
  if (answer === undefined) throw new Error('it was not asked');
  if (answer.kind !== 'targets') return [[], `${answer.reason}: ${answer.detail}`];
  const entered = answer.targets.filter(({ size }) => size.kind !== 'weight' || size.weight !== 0);
  const said =
    answer.decision?.unranked.map(({ symbol, reason, why }) => `${symbol} ${reason}: ${why}`) ?? [];
  return [entered.map(({ symbol }) => symbol).sort(), said.join('; ')];
}
