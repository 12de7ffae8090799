/** The trader's folder on a simulated machine: what she declares, and how she calls the program. */
import type { Machine } from './machine.ts';

const HOME = '/home/trader';
export const MANIFESTS = `${HOME}/manifests`;
export const TOGGLES = `${MANIFESTS}/strategy_toggle.yaml`;
export const JOURNAL = `${HOME}/data/journal`;
/** Says who is the controller. */
export const CONTROLLER_PLACE = `${HOME}/data/controller.lease`;
export const STATE_FILE = `${HOME}/data/strategy_positions.json`;
export const PRICES = `${HOME}/prices`;
const FAULTS = `${HOME}/faults.yaml`;

/** Symbol -> shares. */
export type Targets = Readonly<Record<string, number>>;

export interface Declared {
  /** Symbol -> shares, or a part of equity. */
  readonly targets: Readonly<Record<string, number | `${number}%`>>;
  /** Entries of `spec.schedule`. Left out: it is planned in every pass. */
  readonly schedule?: readonly object[];
  /** Everything that it may ever own. */
  readonly universe: readonly string[];
  /** Left out: fixed targets, long only. */
  readonly kind?: 'shorts' | 'pair' | 'asked';
  /** Over the parts of `spec.capital`. */
  readonly capital?: Readonly<Record<string, unknown>>;
  /** `spec.risk`. */
  readonly risk?: Readonly<Record<string, unknown>>;
}

export interface AccountFacts {
  /** Parts of `spec.execution`. */
  readonly execution?: Readonly<Record<string, unknown>>;
  /** Over the parts of `spec.broker`. */
  readonly broker?: Readonly<Record<string, unknown>>;
  /** `spec.limits`. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** In the place of invented ones. */
  readonly prices?: Readonly<Record<string, unknown>>;
}

/** An account at a simulated broker whose faults are in a file, with these strategies, all of them on. */
export function settle(machine: Machine, names: readonly string[], facts: AccountFacts = {}): void {
  declareAccount(machine, facts);
  switchByHand(machine, names, true);
  misbehave(machine, []);
}

export function declareAccount(machine: Machine, facts: AccountFacts): void {
  const broker = { type: 'simulated', cash: '1000000.00', clock: 'always-open', seed: 7, faults: FAULTS };
  const account = {
    broker: { ...broker, ...facts.broker },
    prices: facts.prices ?? { type: 'synthetic', seed: 7 },
    store: { data: `${HOME}/data` },
    toggles: { file: TOGGLES },
    ...(facts.execution && { execution: facts.execution }),
    ...(facts.limits && { limits: facts.limits }),
  };
  machine.put(`${MANIFESTS}/account.yaml`, manifest('Account', 'test', account));
}

/** Somebody writes the toggle file: these strategies, all of them on, or off. */
export function switchByHand(machine: Machine, names: readonly string[], isOn: boolean): void {
  switchEach(machine, Object.fromEntries(names.map((name) => [name, isOn])));
}

/** Likewise: each as it says. */
export function switchEach(machine: Machine, switches: Readonly<Record<string, boolean>>): void {
  machine.put(TOGGLES, toggles(switches));
}

export function declare(machine: Machine, name: string, declared: Declared): void {
  const { universe, schedule, risk } = declared;
  const spec = {
    signal: signalOf(declared),
    universe: { symbols: universe },
    capital: { ...CAPITAL[declared.kind ?? 'long'], ...declared.capital },
    ...(schedule && { schedule }),
    ...(risk && { risk }),
  };
  machine.put(`${MANIFESTS}/${name}.yaml`, manifest('Strategy', name, spec));
}

/** It is declared no more: its manifest is gone. */
export function undeclare(machine: Machine, name: string): void {
  machine.disk.remove(`${MANIFESTS}/${name}.yaml`, 'unlink', machine.wallNow());
}

/** What her files say now: of each strategy that has a manifest, whether the toggle file turns it on. */
export function declaredOn({ disk }: Machine): ReadonlyMap<string, boolean> {
  const toggle = disk.find(TOGGLES);
  const text = toggle?.kind === 'file' ? toggle.data.toString() : '';
  const on = new Set([...text.matchAll(/^ {2}(\S+):\n {4}enabled: true$/gm)].map(([, name]) => name));
  const files = [...disk.folder(MANIFESTS, 'list').entries.keys()];
  const names = files.flatMap((file) => /^(?!account)(\w+)\.yaml$/.exec(file)?.[1] ?? []);
  const strategies = names.filter((name) => `${MANIFESTS}/${name}.yaml` !== TOGGLES);
  return new Map(strategies.map((name) => [name, on.has(name)] as const));
}

const CAPITAL = {
  long: { positionSize: '100%', maxPositions: 20, maxExposure: '100%' },
  shorts: { positionSize: '100%', maxPositions: 20, maxExposure: '100%', shorts: 'allowed' },
  asked: { positionSize: '100%', maxPositions: 20, maxExposure: '100%' },
  pair: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
} as const;

/** A pair is its universe: the signal decides what it holds. What is asked is the story's `program`. */
function signalOf({ kind, targets, universe }: Declared): object {
  if (kind === 'pair') return { type: 'pairs', params: { pairs: [universe] } };
  if (kind === 'asked') return { type: 'command', params: { argv: ['decide'] } };
  const list = Object.entries(targets).map(([symbol, size]) =>
    typeof size === 'number' ? { symbol, quantity: String(size) } : { symbol, weight: size },
  );
  return { type: 'fixed', params: { targets: list } };
}

/** What the broker does wrong from now on. Who runs reads it soon, with its manifests, so that the same is not written twice. */
export function misbehave(machine: Machine, faults: readonly object[]): void {
  const text = JSON.stringify({ faults });
  const file = machine.disk.find(FAULTS);
  if (file?.kind !== 'file' || file.data.toString() !== text) machine.put(FAULTS, text);
}

/** A command with her manifests. */
export function command(...args: readonly string[]): readonly string[] {
  return [...args, '-f', MANIFESTS];
}

export const APPLY = command('apply', '--yes');

function manifest(kind: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'homeguard/v1', kind, metadata: { name }, spec });
}

function toggles(switches: Readonly<Record<string, boolean>>): string {
  const entries = Object.entries(switches).flatMap(([name, isOn]) => [
    `  ${name}:`,
    `    enabled: ${isOn}`,
    '    shutdown_requested: false',
  ]);
  return [
    'strategies:',
    ...entries,
    'last_modified: "2025-12-02T09:00:00-05:00"',
    'modified_by: "test"',
    '',
  ].join('\n');
}
