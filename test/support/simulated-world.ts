/** Parts from which tests of the simulated broker are built. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedSettings, Venue } from '../../src/broker/simulated-state.ts';
import type { Money, Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type { OrderRequest } from '../../src/reconciler/ports.ts';

/** A Tuesday, 15:00 in New York. */
export const START = at('2025-12-02T20:00:00Z');

export const SETTINGS: SimulatedSettings = {
  cash: dollars(100_000),
  clock: 'always-open',
  seed: 7,
  multiplier: 1_000_000 as Ratio,
  fillDelay: 1_000,
  partialFills: 0 as Ratio,
};

/** Every share costs $100, but for a symbol that begins with `NO`. */
export function venue(settings: Partial<SimulatedSettings> = {}): Venue {
  return {
    settings: { ...SETTINGS, ...settings },
    priceAt: (symbol) => (symbol.startsWith('NO') ? undefined : dollars(100)),
  };
}

export function at(iso: string): Instant {
  const instant = parseInstant(iso);
  if (instant === undefined) throw new Error(`no instant: ${iso}`);
  return instant;
}

export function shares(count: number): Quantity {
  return Math.round(count * 1e9) as Quantity;
}

export function dollars(amount: number): Money & Price {
  return Math.round(amount * 1e6) as Money & Price;
}

export function buy(clientOrderId: string, symbol: string, count: number): OrderRequest {
  return { clientOrderId, symbol, side: 'buy', quantity: shares(count), reduceOnly: false };
}

export function sell(clientOrderId: string, symbol: string, count: number): OrderRequest {
  return { clientOrderId, symbol, side: 'sell', quantity: shares(count), reduceOnly: true };
}

export async function inTemporaryFolder<Result>(
  work: (folder: string) => Promise<Result> | Result,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
