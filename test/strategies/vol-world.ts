/** Sessions of VIX and VIX3M, and of the symbols that are traded by them: ratios are chosen, all else is calm. */
import { dateOfDay, dayNumber, SATURDAY, SUNDAY, weekdayOf } from '../../src/domain/days.ts';
import { instantAt, MINUTE, type Instant } from '../../src/domain/instant.ts';
import type { DailyClose } from '../../src/observed/bars.ts';
import type { IndexNow } from '../../src/strategies/vol-market.ts';
import { DEFAULT_VOL_PARAMETERS, type VolParameters } from '../../src/desired/vol-parameters.ts';
import { NEVER_HELD, type VolState } from '../../src/strategies/vol-state.ts';
import {
  decideVol,
  type VolAction,
  type VolInput,
  type VolPosition,
} from '../../src/strategies/vol-term-structure.ts';

const first = dayNumber('2025-01-06');
const WEEKDAYS = Array.from({ length: 200 }, (_, offset) => first + offset)
  .filter((day) => weekdayOf(day) !== SATURDAY && weekdayOf(day) !== SUNDAY)
  .map(dateOfDay);

export function sessionAt(row: number): string {
  return WEEKDAYS[row]!;
}

/** 15:45 in New York. */
export function decisionTime(row: number): Instant {
  return instantAt(sessionAt(row), '15:45');
}

export interface VolFacts {
  /** Row of today. */
  readonly day?: number;
  /** r of the sessions that end today; before them it is 0.85. */
  readonly ratios?: readonly number[];
  /** VIX now, and its closes of the sessions before, the nearest last; before them it is 16. */
  readonly vix?: number;
  readonly vixBefore?: readonly number[];
  readonly state?: VolState;
  readonly holdings?: Readonly<Record<string, VolPosition>>;
  readonly parameters?: Partial<VolParameters>;
  readonly change?: (input: VolInput) => VolInput;
}

const CALM = { ratio: 0.85, vix: 16 };

export function volDay({
  day = 60,
  ratios = [],
  vix = CALM.vix,
  vixBefore = [],
  ...facts
}: VolFacts = {}): VolInput {
  const levels = [...Array.from({ length: day - vixBefore.length }, () => CALM.vix), ...vixBefore, vix];
  const rows = levels.map((level, row) => {
    const ratio = ratios[row - (levels.length - ratios.length)] ?? CALM.ratio;
    return { date: sessionAt(row), vix: level, vix3m: level / ratio };
  });
  const now = decisionTime(day);
  const index = (key: 'vix' | 'vix3m'): IndexNow => ({
    closes: rows.slice(0, -1).map((row): DailyClose => ({ date: row.date, close: row[key] })),
    value: { at: (now - 5 * MINUTE) as Instant, value: rows.at(-1)![key] },
  });
  const parameters = { ...DEFAULT_VOL_PARAMETERS, ...facts.parameters };
  const state = facts.state ?? NEVER_HELD;
  const input: VolInput = {
    now,
    sessions: WEEKDAYS.slice(0, day),
    vix: index('vix'),
    vix3m: index('vix3m'),
    shortVolBars: alternating(day, 0.01),
    holdings: new Map(Object.entries(facts.holdings ?? holdingOf(state, parameters))),
    parameters,
    state,
  };
  return facts.change?.(input) ?? input;
}

function holdingOf(
  state: VolState,
  { shortVolSymbol, longVolSymbol }: VolParameters,
): Record<string, VolPosition> {
  if (state.kind === 'FLAT') return {};
  return { [state.kind === 'SHORT_VOL' ? shortVolSymbol : longVolSymbol]: { averageEntry: 100, price: 100 } };
}

/** Closes whose log returns are +step and -step in turn. */
export function alternating(count: number, step: number): DailyClose[] {
  return Array.from({ length: count }, (_, row) => {
    return { date: sessionAt(row), close: 50 * Math.exp(row % 2 === 0 ? 0 : step) };
  });
}

export function shortSince(row: number, blindRow: number | null = null): VolState {
  const blindSince = blindRow === null ? null : sessionAt(blindRow);
  return { kind: 'SHORT_VOL', enteredOn: sessionAt(row), blindSince };
}

export function longSince(row: number): VolState {
  return { kind: 'LONG_VOL', enteredOn: sessionAt(row), blindSince: null };
}

export const decide = (facts: VolFacts = {}) => decideVol(volDay(facts));

/** `none`, `enter SVXY`, `hold Holding`, `exit CalmOver`. */
function wordOf(action: VolAction): string {
  if (action.kind === 'none') return 'none';
  return action.kind === 'enter' ? `enter ${action.symbol}` : `${action.kind} ${action.code}`;
}

export const decided = (facts: VolFacts = {}): string => wordOf(decide(facts).action);

export const blockOf = (symbol: string, facts: VolFacts = {}): string | undefined =>
  decide(facts).blocked.find((block) => block.symbol === symbol)?.code;
