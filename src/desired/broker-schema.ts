/** The brokerage account: the simulated one, or one at Alpaca. */
import * as z from 'zod';
import { overridesField } from './calendar-schema.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { compareText } from '../domain/names.ts';
import { feesField, slippageField, toFees } from './cost-schema.ts';
import type { AlpacaBroker, DesiredAccount, SimulatedBroker } from './desired-state.ts';
import {
  described,
  dollars,
  duration,
  factor,
  filePath,
  mapping,
  percent,
  SEED_MAX,
  symbol,
  webFolder,
  wholeNumber,
} from './fields.ts';

const simulated = mapping(
  {
    type: described(z.literal('simulated'), 'An account in a file of the data folder.'),
    cash: dollars('Cash that the simulated account opens with, in dollars.'),
    clock: described(
      z.enum(['always-open', 'exchange']),
      'always-open: orders are taken at any time. exchange: NYSE hours. Default exchange.',
    ).default('exchange'),
    seed: wholeNumber('Seed of fills and delays. Default 1.', 0, SEED_MAX).default(1),
    multiplier: factor('Buying power as a multiple of equity, from "1" to "4". Default "1".', {
      least: 1,
      most: 4,
    }).prefault('1'),
    fillDelay: duration('Longest time from an order to its last fill. Default 1s.', 'zero').prefault('1s'),
    partialFills: percent('Part of the orders that fill in several steps. Default "25%".', {
      least: 0,
      most: 100,
    }).prefault('25%'),
    calendar: overridesField(
      "Days on which the simulated exchange is not as usual. Default: as this account's calendar says.",
    ).optional(),
    shorting: mapping(
      {
        hardToBorrow: described(
          z.array(symbol('A symbol that cannot be borrowed.')),
          'What cannot be sold short. Default: nothing.',
        ).default([]),
      },
      'With this, the account may be short, of all that is not listed here. Default: no short sales.',
    ).optional(),
    notFractionable: described(
      z.array(symbol('A symbol of which there are whole shares only.')),
      'What trades by whole shares only. Default: nothing.',
    ).optional(),
    marginRequirements: described(
      z.record(
        symbol('A symbol of which more must be covered.'),
        percent('Part of a position that must be covered by equity, as "75%".', { least: 1, most: 100 }),
      ),
      'What takes more of buying power than its value, on an account with margin. Default: nothing.',
    ).optional(),
    slippage: slippageField.optional(),
    fees: feesField.optional(),
    faults: filePath('A fault script: what goes wrong at the simulated broker. Default: nothing.').optional(),
  },
  'A simulated account.',
);

const HOSTS = { paper: 'https://paper-api.alpaca.markets/', live: 'https://api.alpaca.markets/' } as const;

/** Most requests a minute that Alpaca takes without a subscription. */
const REQUESTS = 200;

const alpaca = mapping(
  {
    type: described(z.literal('alpaca'), 'An account at Alpaca.'),
    environment: described(
      z.enum(['paper', 'live']),
      'paper: no real money. live: real money; HGCTL_ALLOW_LIVE must name the account, too. Default paper.',
    ).default('paper'),
    accountId: described(
      z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)),
      'Number of the account: keys of another one are refused. Default for paper: whichever the keys are of; live needs it.',
    ).optional(),
    keysFile: filePath(
      'A file with the lines APCA_API_KEY_ID=... and APCA_API_SECRET_KEY=..., which only its owner may read; relative to this manifest. Default: the environment has both.',
    ).optional(),
    url: webFolder(
      'Address of the trading API, for a simulator on this machine or a proxy. Default: that of Alpaca.',
    ).optional(),
    clock: described(
      z.enum(['always-open', 'exchange']),
      'always-open: a simulator on this machine takes orders at any time. exchange: as its clock and calendar say. Default exchange.',
    ).default('exchange'),
    requestsPerMinute: wholeNumber(
      'Most requests a minute, of everything together. Default 200, as Alpaca has it.',
      10,
      10_000,
    ).default(REQUESTS),
    noShorting: described(
      z.enum(['when-unused', 'leave']),
      'when-unused: the account is told to refuse short sales while no strategy makes any. leave: its setting stays. Default when-unused.',
    ).default('when-unused'),
  },
  'An account at Alpaca.',
).check(({ value, issues }) => {
  const refuse = (field: string, message: string): void => {
    issues.push({ code: 'custom', input: value, path: [field], message });
  };
  const { environment, accountId, url, clock } = value;
  if (environment === 'live' && accountId === undefined)
    refuse(
      'accountId',
      'must be there for environment live: real money is never traded by whatever keys are found',
    );
  const other = environment === 'live' ? HOSTS.paper : HOSTS.live;
  if (url !== undefined && hostOf(url) === hostOf(other))
    refuse('url', `is not that of environment ${environment}`);
  if (clock === 'always-open' && url?.startsWith('http:') !== true)
    refuse('clock', 'is for a simulator on this machine, which url names: no exchange is always open');
});

/** However it is written: with a port, capitals, or the dot at its end that names of hosts may have. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/\.+$/, '');
}

export const brokerField = described(
  z.discriminatedUnion('type', [simulated, alpaca]),
  'The brokerage account.',
);

/** The account of those who have another one, and want to see what would be: margin and shorts, partial fills as on paper. */
export function standInAccount(): SimulatedBroker {
  const written = simulated.parse({
    type: 'simulated',
    cash: '100000.00',
    multiplier: '2',
    partialFills: '10%',
    shorting: {},
  });
  return toSimulated(written, undefined, (path) => path);
}

/** The simulated account that is like this one: itself, or the stand-in with its hours. */
export function simulatedAs(broker: DesiredAccount['broker']): SimulatedBroker {
  return broker.type === 'simulated' ? broker : { ...standInAccount(), clock: broker.clock };
}

type Written = z.output<typeof brokerField>;

/** `resolve`: a path of the account manifest made absolute. `declared`: days of the account's own calendar. */
export function toBroker(
  broker: Written,
  declared: CalendarOverrides | undefined,
  resolve: (path: string) => string,
): DesiredAccount['broker'] {
  return broker.type === 'alpaca' ? toAlpaca(broker, resolve) : toSimulated(broker, declared, resolve);
}

function toAlpaca(
  { url, accountId, keysFile, ...broker }: Extract<Written, { type: 'alpaca' }>,
  resolve: (path: string) => string,
): AlpacaBroker {
  return {
    ...broker,
    url: url ?? HOSTS[broker.environment],
    ...(accountId !== undefined && { accountId }),
    ...(keysFile !== undefined && { keysFile: resolve(keysFile) }),
  };
}

function toSimulated(
  written: Extract<Written, { type: 'simulated' }>,
  declared: CalendarOverrides | undefined,
  resolve: (path: string) => string,
): SimulatedBroker {
  const { faults, calendar: own, shorting, notFractionable = [], slippage, fees, ...others } = written;
  const { marginRequirements = {}, ...broker } = others;
  const calendar = own ?? declared;
  return {
    ...broker,
    ...(calendar && { calendar }),
    ...(shorting && { shorting: { hardToBorrow: [...shorting.hardToBorrow].sort(compareText) } }),
    ...(notFractionable.length > 0 && { notFractionable: [...notFractionable].sort(compareText) }),
    ...(Object.keys(marginRequirements).length > 0 && { marginRequirements }),
    ...(slippage && { slippage }),
    ...(fees && { fees: toFees(fees) }),
    faults: faults === undefined ? null : resolve(faults),
  };
}

/** What is meant, without where it stands: files and addresses are of this machine. */
export function brokerWithoutPlace(broker: DesiredAccount['broker']): object {
  if (broker.type === 'simulated') {
    const { faults: _, ...rest } = broker;
    return rest;
  }
  const { url: _, keysFile: __, ...rest } = broker;
  return rest;
}
