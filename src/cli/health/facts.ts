/** What a health check looks at, and how it comes by it. Writes nothing. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { observe } from '../../actions/observe.ts';
import { read } from '../../actions/read.ts';
import { DEFAULT_HEALTH, type DesiredState, type HealthSettings } from '../../desired/desired-state.ts';
import { HgctlError } from '../../domain/errors.ts';
import { dateOf, HOUR, plus, type Instant } from '../../domain/instant.ts';
import type { Asset, Observed, Quote } from '../../observed/broker-view.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import { readHeartbeat, type HeartbeatSighting } from '../../store/heartbeat.ts';
import { readLogs } from '../../store/log-reader.ts';
import { ASKED_MAX, heldOrWanted, type Exposed } from '../account-terms.ts';
import type { World } from '../compose.ts';
import { foreignLock, refusalOf, type ForeignLock } from '../prepare.ts';
import { isSelected, parseLogLine, type LogLine } from '../views/log-lines.ts';
import { tablesOf, type TableFacts } from '../views/trained-tables.ts';

export interface HealthFacts {
  readonly now: Instant;
  readonly desired: DesiredState;
  readonly settings: HealthSettings;
  /** True where the manifests on disk are not in force. */
  readonly isStandIn: boolean;
  /** Why `apply` would refuse; null where it would not. */
  readonly refusal: HgctlError | null;
  /** The execution lock of another program, as the state file shows it. */
  readonly foreignLock: ForeignLock | null;
  readonly controller: HeartbeatSighting;
  readonly observed: ObservedState;
  /** Of the symbols that are owned or wanted. */
  readonly symbols: readonly string[];
  readonly quotes: Observed<ReadonlyMap<string, Quote>>;
  readonly tables: readonly TableFacts[];
  /** What the broker asks to be covered; null: it does not say on which terms the account trades, and was not asked. */
  readonly margins: AskedMargins | null;
  /** Errors in the log of the last hour, oldest first. */
  readonly errors: readonly LogLine[];
  /** Bytes that the data folder may still grow by; null where the system does not say. */
  readonly free: number | null;
}

export interface AskedMargins {
  readonly asked: readonly Exposed[];
  /** So many more are held or wanted. */
  readonly left: number;
  readonly assets: Observed<ReadonlyMap<string, Asset>>;
}

export async function collect(world: World): Promise<HealthFacts> {
  const { desired, ports, paths, problems } = world;
  const refusal = await refusalOf(world);
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  const symbols = symbolsOf(desired, observed);
  const now = ports.clock.now();
  return {
    now,
    desired,
    settings: desired.account.health ?? DEFAULT_HEALTH,
    isStandIn: problems.length > 0,
    refusal,
    foreignLock: foreignLock(world),
    controller: readHeartbeat(paths.folder, ports),
    observed,
    symbols,
    quotes: await quotesOf(world, symbols),
    tables: await tablesOf(world),
    margins: await marginsOf(world, observed),
    errors: errorsIn(paths.logs, plus(now, -HOUR)),
    free: freeSpace(paths.folder),
  };
}

function symbolsOf(desired: DesiredState, { ledger }: ObservedState): string[] {
  const owned = [...ledger.books.values()].flatMap((book) => [...book.keys()]);
  const wanted = desired.strategies.flatMap(({ signal }) =>
    signal.type === 'fixed' ? signal.targets.map(({ symbol }) => symbol) : [],
  );
  return [...new Set([...owned, ...wanted])].sort();
}

async function quotesOf(
  { ports: { market, clock } }: World,
  symbols: readonly string[],
): Promise<HealthFacts['quotes']> {
  const asOf = clock.now();
  try {
    return { kind: 'ok', data: await market.quotes(symbols, asOf), asOf };
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

/** One request for each symbol: a check is made now and then, a pass every few minutes. */
async function marginsOf(
  { desired, ports: { broker, clock } }: World,
  observed: ObservedState,
): Promise<AskedMargins | null> {
  const { account } = observed.snapshot;
  if (account.kind === 'unknown' || account.data.terms === undefined) return null;
  const all = heldOrWanted(desired, observed);
  const asked = all.slice(0, ASKED_MAX);
  const assets = await read(clock, () => broker.assets(asked.map(({ symbol }) => symbol)));
  return { asked, left: all.length - asked.length, assets };
}

function errorsIn(folder: string, since: Instant): LogLine[] {
  const errors: LogLine[] = [];
  for (const text of readLogs(folder, dateOf(since)).next()) {
    const line = parseLogLine(text);
    if (line !== null && isSelected(line, { strategy: null, since, level: 'error' })) errors.push(line);
  }
  return errors;
}

/** Of the folder, or of the first one above it that is there. */
function freeSpace(folder: string): number | null {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  try {
    const { bavail, bsize } = statfsSync(at);
    return bavail * bsize;
  } catch {
    return null;
  }
}
