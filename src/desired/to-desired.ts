/** Validated manifests as desired state. */
import { canonicalJson, sha256, type Json } from '../domain/digest.ts';
import type { Money } from '../domain/decimal.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { compareText } from '../domain/names.ts';
import type { AccountManifest } from './account-schema.ts';
import type {
  AccountLimits,
  Capital,
  DesiredAccount,
  DesiredSignal,
  DesiredState,
  DesiredStrategy,
  FixedTarget,
  Toggle,
} from './desired-state.ts';
import { brokerWithoutPlace, toBroker } from './broker-schema.ts';
import { toHealth } from './health-schema.ts';
import { toLossLimits } from './loss-schema.ts';
import { toNotices } from './notice-schema.ts';
import { pricesWithoutPlace, toPrices } from './prices-schema.ts';
import { resolveBeside } from './manifest-path.ts';
import type { StrategyManifest } from './strategy-schema.ts';
import { toHedgeGroups, toPairsParameters } from './pairs-schema.ts';
import { toVolParameters } from './vol-schema.ts';

/** Sorts the strategies, and adds the digest of everything but paths of this machine. */
export function toDesiredState(
  account: DesiredAccount,
  strategies: readonly DesiredStrategy[],
): DesiredState {
  const sorted = [...strategies].sort((a, b) => a.priority - b.priority || compareText(a.name, b.name));
  return { digest: digestOf(account, sorted), account, strategies: sorted };
}

function digestOf(account: DesiredAccount, strategies: readonly DesiredStrategy[]): string {
  const { name, prices, limits, execution, calendar } = account;
  const universesAsLists = strategies.map((strategy) => ({
    ...strategy,
    signal: withoutPlace(strategy.signal),
    universe: [...strategy.universe].sort(compareText),
  }));
  const canonical = {
    account: {
      name,
      broker: brokerWithoutPlace(account.broker),
      prices: pricesWithoutPlace(prices),
      limits,
      execution,
      ...(calendar && { calendar }),
    },
    strategies: universesAsLists,
  };
  return sha256(canonicalJson(canonical as unknown as Json));
}

function withoutPlace(signal: DesiredStrategy['signal']): object {
  if (signal.type === 'command') {
    const { folder: _, ...rest } = signal;
    return rest;
  }
  if (signal.type === 'module') {
    const { path: _path, name: _name, ...rest } = signal;
    return rest;
  }
  if (signal.type !== 'overnight-mean-reversion') return signal;
  const { table: _, ...rest } = signal;
  return rest;
}

/** A folder as this machine and as the user calls it. */
interface ManifestFolder {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
}

interface StrategyParts {
  /** Of its manifest. */
  readonly folder: ManifestFolder;
  readonly universe: ReadonlySet<string>;
  readonly toggle: Toggle | null;
}

export function toDesiredStrategy(
  { metadata, spec }: StrategyManifest,
  { folder, ...parts }: StrategyParts,
): DesiredStrategy {
  const risk = toLossLimits(spec.risk);
  return {
    name: metadata.name,
    description: spec.description,
    labels: metadata.labels,
    lifecycle: spec.lifecycle,
    priority: spec.priority,
    signal: toSignal(spec, folder),
    ...(spec.signal.type === 'pairs' && { groups: toHedgeGroups(spec.signal.params) }),
    capital: toCapital(spec.capital),
    schedule: spec.schedule,
    orphans: spec.orphans,
    ...(risk && { risk }),
    ...parts,
  };
}

/** Only what is not the default counts for the digest. */
function toCapital({ shorts, ...capital }: StrategyManifest['spec']['capital']): Capital {
  return { ...capital, ...(shorts === 'allowed' && { shorts }) };
}

function toSignal(
  { signal, capital }: StrategyManifest['spec'],
  { path: folder, name }: ManifestFolder,
): DesiredSignal {
  if (signal.type === 'command') {
    const { band, ...params } = signal.params;
    return { type: 'command', ...params, band: band ?? null, folder };
  }
  if (signal.type === 'module') {
    const { band, reads, ...params } = signal.params;
    const beside = (place: string): string => resolveBeside(`${place}/manifest`, params.file);
    const places = { path: beside(folder), name: beside(name) };
    return { type: 'module', ...params, reads: [...reads].sort(compareText), ...places, band: band ?? null };
  }
  if (signal.type === 'momentum-protection') {
    const { band, ...params } = signal.params;
    return { type: 'momentum-protection', ...params, band: band ?? null };
  }
  if (signal.type === 'overnight-mean-reversion') {
    const table = resolveBeside(`${folder}/manifest`, signal.params.table);
    const { sides, ...params } = signal.params;
    const both = sides === 'both' && { sides };
    return { type: 'overnight-mean-reversion', ...params, ...both, table, band: null };
  }
  if (signal.type === 'vol-term-structure') {
    const parameters = toVolParameters(signal.params, capital.positionSize);
    return { type: signal.type, parameters, band: null, wholeShares: signal.params.wholeShares };
  }
  if (signal.type === 'pairs') {
    const parameters = toPairsParameters(signal.params, capital);
    return { type: 'pairs', parameters, band: null, wholeShares: true };
  }
  const { targets, band, wholeShares } = signal.params;
  const sorted = targets.map(toTarget).sort((a, b) => compareText(a.symbol, b.symbol));
  return { type: 'fixed', targets: sorted, band: band ?? null, wholeShares, unlisted: 'close' };
}

type Target = Extract<StrategyManifest['spec']['signal'], { type: 'fixed' }>['params']['targets'][number];

function toTarget({ symbol, priority, weight, quantity }: Target): FixedTarget {
  if (weight !== undefined) return { symbol, size: { kind: 'weight', weight }, priority };
  if (quantity === undefined) throw new Error(`the target ${symbol} has no size`);
  return { symbol, size: { kind: 'quantity', quantity }, priority };
}

interface AccountParts {
  /** Of the account and its calendar file. */
  readonly calendar: CalendarOverrides | undefined;
  /** Absolute path. */
  readonly toggleFile: string;
  /** Resolves a path of the account manifest. */
  readonly resolve: (path: string) => string;
}

export function toDesiredAccount({ metadata, spec }: AccountManifest, parts: AccountParts): DesiredAccount {
  const { calendar, resolve } = parts;
  return {
    name: metadata.name,
    broker: toBroker(spec.broker, calendar, resolve),
    prices: toPrices(spec.prices, resolve),
    limits: toLimits(spec.limits, spec.broker),
    execution: spec.execution,
    ...(calendar && { calendar }),
    data: spec.store.data ?? null,
    ...(spec.logs && { logs: spec.logs }),
    ...(spec.health && { health: toHealth(spec.health) }),
    toggleFile: parts.toggleFile,
    ...toNotices(spec, resolve),
  };
}

/** Real money has a limit of one order, also where the manifest names none. */
const LIVE_ORDER_VALUE = 1_000_000_000 as Money;

function toLimits(
  limits: AccountManifest['spec']['limits'],
  broker: AccountManifest['spec']['broker'],
): AccountLimits {
  const isLive = broker.type === 'alpaca' && broker.environment === 'live';
  const loss = toLossLimits(limits);
  return {
    maxOrderValue: limits.maxOrderValue ?? (isLive ? LIVE_ORDER_VALUE : null),
    maxOrdersPerDay: limits.maxOrdersPerDay ?? null,
    maxOrdersPerSymbol: limits.maxOrdersPerSymbol ?? null,
    ...(limits.maxFlipsPerSymbol !== undefined && { maxFlipsPerSymbol: limits.maxFlipsPerSymbol }),
    priceCollar: limits.priceCollar,
    ...(limits.leveragedCollar !== undefined && { leveragedCollar: limits.leveragedCollar }),
    ...(limits.leveraged && { leveraged: [...new Set(limits.leveraged)].sort(compareText) }),
    ...(limits.quoteAge !== undefined && { quoteAge: limits.quoteAge }),
    ...(limits.maxSpread !== undefined && { maxSpread: limits.maxSpread }),
    maxGross: limits.maxGross ?? null,
    ...(loss && { loss }),
  };
}
