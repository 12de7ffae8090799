/** Why a strategy wants what it wants of a symbol: its last recorded decision, and what came of it. Pure. */
import { formatDollars, formatPercent, formatQuantity } from '../../domain/decimal.ts';
import { dateOf, formatLocalZone, type CalendarDate } from '../../domain/instant.ts';
import type { FixedTarget } from '../../desired/desired-state.ts';
import type { EventOf, JournalRecord } from '../../observed/events.ts';
import type { SignalDecision } from '../../observed/decision.ts';

export interface Question {
  readonly strategy: string;
  readonly symbol: string;
  /** The session that is asked about; null: the last one with a decision. */
  readonly date: CalendarDate | null;
}

/** Of one symbol; null where the decision says nothing of that kind. */
export interface Explanation {
  readonly strategy: string;
  readonly symbol: string;
  readonly decided: string;
  readonly slot: string | null;
  readonly signal: string | null;
  readonly rank: number | null;
  readonly ranked: number | null;
  readonly wanted: number | null;
  readonly score: number | null;
  readonly target: string | null;
  /** What the signal saw in the market. */
  readonly market: readonly string[];
  /** The rule that held the symbol back, the signal's or the planner's. */
  readonly blocked: readonly { readonly reason: string; readonly detail: string }[];
  readonly orders: readonly OrderStory[];
  readonly inputs: string | null;
  /** Of the signal, with what its table was trained on, as they were. */
  readonly parameters: SignalDecision['parameters'] | null;
}

interface OrderStory {
  readonly clientOrderId: string;
  readonly side: string;
  readonly quantity: string;
  readonly filled: string;
  readonly averagePrice: string | null;
  /** `working` while it has no end. */
  readonly status: string;
}

type Decided = JournalRecord & { readonly event: EventOf<'targets-decided'> };
type Failed = JournalRecord & { readonly event: EventOf<'signal-failed'> };

/** Null where the journal has no decision of the strategy (on that date). */
export function explain(records: readonly JournalRecord[], question: Question): Explanation | null {
  const decided = records.findLast((record): record is Decided | Failed => isAskedFor(record, question));
  if (decided === undefined) return null;
  return isFailed(decided) ? undecided(decided, question) : explainDecision(records, decided, question);
}

function isFailed(record: Decided | Failed): record is Failed {
  return record.event.type === 'signal-failed';
}

/** The signal had a turn, and could not decide. */
function undecided({ event, time }: Failed, { strategy, symbol }: Question): Explanation {
  return {
    strategy,
    symbol,
    decided: formatLocalZone(time),
    slot: event.slot,
    ...standingOf(symbol, undefined),
    target: null,
    market: [],
    blocked: [{ reason: 'SignalFailed', detail: event.detail }],
    orders: [],
    inputs: null,
    parameters: null,
  };
}

function explainDecision(
  records: readonly JournalRecord[],
  decided: Decided,
  question: Question,
): Explanation {
  const { strategy, symbol } = question;
  const { targets, slot, blocked, decision } = decided.event;
  const target = targets.find((candidate) => candidate.symbol === symbol);
  const standing = standingOf(symbol, decision);
  const held = (blocked ?? []).filter((row) => row.symbol === symbol);
  return {
    strategy,
    symbol,
    decided: formatLocalZone(decided.time),
    slot: slot ?? null,
    ...standing,
    target: target === undefined ? null : targetWords(target, decision),
    market: decision?.market ?? [],
    blocked: [
      ...(decision === undefined ? unnamed(symbol, target) : signalBlocks(decision, symbol, standing.rank)),
      ...held.map(({ reason, detail }) => ({ reason, detail })),
    ],
    orders: ordersOf(records, decided, question),
    inputs: decision?.inputs ?? null,
    parameters: decision?.parameters ?? null,
  };
}

type Standing = Pick<Explanation, 'signal' | 'rank' | 'ranked' | 'wanted' | 'score'>;

function standingOf(symbol: string, decision: SignalDecision | undefined): Standing {
  if (decision === undefined) return { signal: null, rank: null, ranked: null, wanted: null, score: null };
  const { signal, ranking, count } = decision;
  const index = ranking.findIndex((row) => row.symbol === symbol);
  const place =
    index < 0 ? { rank: null, score: null } : { rank: index + 1, score: ranking[index]?.score ?? null };
  return { signal, ranked: ranking.length, wanted: count, ...place };
}

function isAskedFor({ event, time }: JournalRecord, { strategy, date }: Question): boolean {
  const isAnswer = event.type === 'targets-decided' || event.type === 'signal-failed';
  if (!isAnswer || event.strategy !== strategy) return false;
  return date === null || dateOf(time) === date;
}

function targetWords({ size }: FixedTarget, decision: SignalDecision | undefined): string {
  if (size.kind === 'quantity') return `${formatQuantity(size.quantity)} shares`;
  const equity = decision === undefined ? '' : ` of ${formatDollars(decision.equity)} equity`;
  return `${formatPercent(size.weight)}${equity}`;
}

/** A program names what it wants; the rest it holds. */
function unnamed(symbol: string, target: FixedTarget | undefined): Explanation['blocked'] {
  return target === undefined
    ? [{ reason: 'NotNamed', detail: `the signal did not name ${symbol}: what is held stays` }]
    : [];
}

function signalBlocks(
  { unranked, ranking, count }: SignalDecision,
  symbol: string,
  rank: number | null,
): Explanation['blocked'] {
  const missing = unranked.find((row) => row.symbol === symbol);
  if (missing !== undefined) return [{ reason: missing.reason, detail: missing.why }];
  if (rank === null) return [{ reason: 'OutsideUniverse', detail: `${symbol} is not in its universe` }];
  if (rank <= count) return [];
  return [{ reason: 'RankTooLow', detail: `rank ${rank} of ${ranking.length}, and ${count} are wanted` }];
}

/** Of this decision. A slot may decide twice, before and after its reductions: all its orders are told. */
function ordersOf(
  records: readonly JournalRecord[],
  decided: Decided,
  { strategy, symbol }: Question,
): OrderStory[] {
  const stories = new Map<string, OrderStory>();
  let isOurs = false;
  for (const record of records) {
    const { event } = record;
    if (event.type === 'targets-decided' && event.strategy === strategy)
      isOurs = record === decided || isOfSlot(event, decided.event.slot);
    if (isOurs && event.type === 'intent' && event.strategy === strategy && event.symbol === symbol) {
      const { clientOrderId, side, quantity } = event;
      const fresh = { filled: '0', averagePrice: null, status: 'working' };
      stories.set(clientOrderId, { clientOrderId, side, quantity: formatQuantity(quantity), ...fresh });
    }
    if (event.type !== 'fill' && event.type !== 'order-ended') continue;
    const story = stories.get(event.clientOrderId);
    if (story === undefined) continue;
    const change =
      event.type === 'fill'
        ? { filled: formatQuantity(event.cumulative), averagePrice: formatDollars(event.averagePrice) }
        : { status: event.status };
    stories.set(event.clientOrderId, { ...story, ...change });
  }
  return [...stories.values()];
}

function isOfSlot({ slot }: Decided['event'], asked: Decided['event']['slot']): boolean {
  return typeof asked === 'string' && slot === asked;
}

type Row = readonly [name: string, text: string];

export function explanationText(found: Explanation): string {
  const { strategy, symbol, decided, slot, market, blocked, orders } = found;
  const rows: Row[] = [
    ['Decided', slot === null ? decided : `${decided}, ${slot}`],
    ...standingRows(found),
    ...market.map((words): Row => ['Market', words]),
    ...blocked.map(({ reason, detail }): Row => ['Blocked', `${reason}: ${detail}`]),
    ...orders.map((order): Row => ['Order', orderWords(order)]),
    ...(orders.length === 0 ? [['Order', 'none'] as const] : []),
    ...sourceRows(found),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}   ${text}`);
  return [`${strategy}/${symbol}`, ...lines].join('\n');
}

function standingRows({ signal, score, rank, ranked, wanted, target }: Explanation): Row[] {
  const rows: Row[] = [];
  if (signal !== null) rows.push(['Signal', signal]);
  if (rank !== null && score !== null)
    rows.push(['Rank', `${rank} of ${ranked ?? 0}, score ${score.toFixed(6)}; ${wanted ?? 0} are wanted`]);
  if (target !== null) rows.push(['Target', target]);
  return rows;
}

function sourceRows({ parameters, inputs }: Explanation): Row[] {
  const table = parameters?.['table'];
  const rows: Row[] = table === undefined ? [] : [['Table', String(table)]];
  return inputs === null ? rows : [...rows, ['Inputs', `sha256 ${inputs}`]];
}

function orderWords({ clientOrderId, side, quantity, filled, averagePrice, status }: OrderStory): string {
  const price = averagePrice === null ? '' : ` @ ${averagePrice}`;
  return `${side.toUpperCase()} ${quantity}: ${filled} filled${price}, ${status} (${clientOrderId})`;
}
