/** `hgctl sim serve`: the simulated broker behind Alpaca's protocol, for any client on this machine. */
import { setTimeout as delay } from 'node:timers/promises';
import { stopExit } from '../../actions/interrupted.ts';
import type { KeyPair } from '../../broker/server/keys.ts';
import { serveAlpaca, type RunningServer, type ServerOptions } from '../../broker/server/serve-alpaca.ts';
import { parseMoney, type Money } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { codeOf } from '../../store/system-error.ts';
import { isBlockedPort } from '../blocked-ports.ts';
import { findAlpacaKeys } from '../alpaca-keys.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { variable } from '../places.ts';
import { servedAccount, type StandIn } from '../served-account.ts';
import { readServerFaults } from '../server-fault-file.ts';

export interface SimServeOptions extends GlobalOptions {
  readonly port: string;
  readonly faults?: string;
  readonly keysFile?: string;
  readonly clock?: string;
  readonly cash?: string;
  readonly requestsPerMinute: string;
  readonly textFrames?: boolean;
  readonly verbose?: boolean;
}

const HOST = '127.0.0.1';
/** ms: soon enough for whoever waits for the end, and no load. */
const TICK = 50;

/** Until it is asked to stop: ends as a command that was interrupted does. */
export async function runSimServe(io: Io, options: SimServeOptions): Promise<ExitCode> {
  const port = portOf(options);
  const requestsPerMinute = wholeNumber('--requests-per-minute', options.requestsPerMinute, {
    least: 1,
    most: 1_000_000,
  });
  const script = options.faults === undefined ? [] : readServerFaults(options.faults);
  const account = servedAccount(io, options, { clock: clockOf(options), cash: cashOf(options) });
  const server = await started({
    ...account,
    prices: account.data.spot,
    market: account.data.market,
    host: HOST,
    port,
    keys: keysOf(io, options),
    requestsPerMinute,
    frames: options.textFrames === true ? 'text' : 'binary',
    script,
    tell: options.verbose === true ? (line) => io.stderr(`${line}\n`) : () => undefined,
  });
  try {
    io.stdout(
      `Serving Alpaca's protocol at ${server.url} (stream ws://${HOST}:${server.port}/stream), account in ${account.file ?? 'memory'}\n`,
    );
    while (!io.stop.requested()) await delay(TICK);
  } finally {
    await server.close();
  }
  return stopExit(io.stop);
}

async function started(options: ServerOptions): Promise<RunningServer> {
  try {
    return await serveAlpaca(options);
  } catch (cause) {
    const { host, port } = options;
    if (codeOf(cause) === 'EADDRINUSE')
      throw new HgctlError(EXIT.refused, `port ${port} of ${host} is in use`, {
        hint: 'stop what listens there, or choose another one: --port 4011, or --port 0 for any that is free',
      });
    if (codeOf(cause) === 'EACCES')
      throw new HgctlError(EXIT.refused, `port ${port} of ${host} may not be used`, {
        hint: 'choose one above 1023: --port 4010',
      });
    throw cause;
  }
}

function portOf({ port: text }: SimServeOptions): number {
  const port = wholeNumber('--port', text, { least: 0, most: 65_535 });
  if (!isBlockedPort(port)) return port;
  throw usage(
    `--port: ${port} is a port that no client reaches by fetch, which refuses it ("bad port")`,
    'choose another one: --port 4010, or --port 0 for any that is free',
  );
}

function wholeNumber(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usage(
    `${option}: ${JSON.stringify(text)} is no number from ${least} to ${most}`,
    `as ${option} ${most > 65_535 ? '200' : '4010'}`,
  );
}

function clockOf({ clock }: SimServeOptions): StandIn['clock'] {
  if (clock === undefined) return null;
  if (clock === 'always-open' || clock === 'exchange') return clock;
  throw usage(`--clock: ${JSON.stringify(clock)} is no clock`, 'one of: always-open, exchange');
}

function cashOf({ cash }: SimServeOptions): Money | null {
  if (cash === undefined) return null;
  const money = parseMoney(cash);
  if (money !== undefined && money > 0) return money;
  throw usage(`--cash: ${JSON.stringify(cash)} is no amount`, 'write dollars above zero, as 100000.00');
}

/** Null: any that a client brings. */
function keysOf(io: Io, { keysFile }: SimServeOptions): KeyPair | null {
  const isNamed = ['APCA_API_KEY_ID', 'APCA_API_SECRET_KEY'].some((name) => variable(io, name) !== undefined);
  if (keysFile === undefined && !isNamed) return null;
  const found = findAlpacaKeys(keysFile, io.environment);
  if (found.kind === 'failed')
    throw new HgctlError(EXIT.refused, `no keys for the server: ${found.reason}`, {
      hint:
        keysFile === undefined
          ? 'set both, or neither: then any pair of keys is taken'
          : 'it has lines APCA_API_KEY_ID=... and APCA_API_SECRET_KEY=..., for its owner only; without --keys-file any pair of keys is taken',
    });
  const headers = found.keys.headers();
  return { id: headers['APCA-API-KEY-ID'] ?? '', secret: headers['APCA-API-SECRET-KEY'] ?? '' };
}

function usage(message: string, hint: string): HgctlError {
  return new HgctlError(EXIT.usage, message, { hint });
}
