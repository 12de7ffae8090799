/** What every question of the market data API may say, and what of it is not simulated. */
import { dayNumber } from '../../domain/days.ts';
import { badQuestion } from './answer.ts';
import { oneOf, someOf } from './query.ts';

const HISTORICAL = ['sip', 'iex', 'otc', 'boats'] as const;
const LATEST = ['sip', 'iex', 'delayed_sip', 'otc', 'boats', 'overnight'] as const;
const ADJUSTMENTS = ['raw', 'split', 'dividend', 'spin-off', 'all'] as const;

/** Of the past: throws what Alpaca does not take, and other currencies. Every feed is that of the prices here. */
export function checkHistorical(query: URLSearchParams): void {
  oneOf(query, 'feed', HISTORICAL, badQuestion);
  checkCurrency(query);
  const asOf = query.get('asof') ?? '';
  if (asOf !== '' && asOf !== '-' && Number.isNaN(dayNumber(asOf)))
    throw badQuestion(`invalid asof: ${asOf}`);
}

/** Of now, likewise. */
export function checkLatest(query: URLSearchParams): void {
  oneOf(query, 'feed', LATEST, badQuestion);
  checkCurrency(query);
}

function checkCurrency(query: URLSearchParams): void {
  const currency = query.get('currency') ?? '';
  if (currency !== '' && currency !== 'USD') throw badQuestion(`currency ${currency} is not simulated`);
}

/** Whether bars are told at the terms of today's shares. */
export function isSplitAdjusted(query: URLSearchParams): boolean {
  const adjustments = someOf(query, 'adjustment', ADJUSTMENTS, badQuestion) ?? [];
  return adjustments.some((one) => one === 'split' || one === 'all');
}

export function isFalling(query: URLSearchParams): boolean {
  return oneOf(query, 'sort', ['asc', 'desc'], badQuestion) === 'desc';
}
