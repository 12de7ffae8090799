/** What `hgctl run` says of its account, and when. */
import { expect, test } from 'vitest';
import type { Look } from '../../src/actions/look.ts';
import { watchAccount } from '../../src/cli/account-watch.ts';
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { AccountTerms, Asset, BrokerAccount } from '../../src/observed/broker-view.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { world } from '../support/world.ts';

const TERMS: AccountTerms = { multiplier: 2e6 as Ratio, mayShort: true };

type Assets = (symbols: readonly string[]) => Promise<ReadonlyMap<string, Asset>>;

const none: Assets = () => Promise.resolve(new Map());

/** Two strategies that own something, one of which is off; and everything that is said. */
async function watched(assets: Assets = none) {
  const home = await world({
    prices: { TQQQ: '50', VTI: '100', SPXU: '10', SOXL: '20' },
    strategies: {
      core: { targets: { TQQQ: '10', VTI: '10' }, shorts: 'allowed' },
      off: { targets: { SOXL: '5' }, enabled: false },
    },
    books: { core: { TQQQ: '10', VTI: '10' }, off: { SOXL: '5' } },
  });
  const { observed, plan } = await home.look();
  const said: string[] = [];
  const tell =
    (level: string) =>
    (_: string, message: string): void => {
      said.push(`${level} ${message}`);
    };
  const watch = watchAccount({ info: tell('info'), warn: tell('warn'), error: tell('error') });
  const { ports, desired } = home;
  return {
    said,
    see: (changes: Partial<BrokerAccount>, now: DesiredState = desired): void => {
      watch.looked(seen({ observed, plan }, changes), now);
    },
    seeNothing: (): void => {
      const snapshot = { ...observed.snapshot, account: { kind: 'unknown', reason: 'HTTP 503' } as const };
      watch.looked({ plan, observed: { ...observed, snapshot } }, desired);
    },
    ask: () => watch.ask({ ports: { ...ports, broker: { ...ports.broker, assets } }, desired }),
    desired,
  };
}

function seen({ observed, plan }: Look, changes: Partial<BrokerAccount>): Look {
  const { account } = observed.snapshot;
  if (account.kind === 'unknown') throw new Error('the account is known');
  const data: BrokerAccount = { ...account.data, id: 'PA3', environment: 'paper', terms: TERMS, ...changes };
  return {
    plan,
    observed: { ...observed, snapshot: { ...observed.snapshot, account: { ...account, data } } },
  };
}

test('The account is said once, and again when its state or its terms change.', async () => {
  const { see, seeNothing, said } = await watched();
  seeNothing();
  see({});
  see({ buyingPower: 1 as BrokerAccount['buyingPower'] });
  seeNothing();
  see({});
  see({ blocked: 'the broker has blocked trading (trading_blocked)' });
  see({ terms: { ...TERMS, multiplier: 4e6 as Ratio } });
  expect(said).toEqual([
    'info Account PA3 (paper) takes orders: buying power 2x equity, short sales possible',
    'warn Account PA3 (paper) takes no orders: the broker has blocked trading (trading_blocked)',
    'info Account PA3 (paper) takes orders: buying power 4x equity, short sales possible',
  ]);
});

test('A strategy that may sell short on an account that may not is warned of, with what to do.', async () => {
  const { see, said, desired } = await watched();
  const without = { terms: { ...TERMS, mayShort: false } };
  see(without);
  see(without);
  see({});
  const planned = desired.strategies.map((one) => ({ ...one, lifecycle: 'planned' as const }));
  see(without, { ...desired, strategies: planned });
  const warnings = said.filter((line) => line.startsWith('warn'));
  expect(warnings).toEqual([expect.stringMatching(/^warn core may sell short.*no_shorting off.*take/)]);
});

const demanding: Assets = (symbols) =>
  Promise.resolve(
    new Map(
      symbols.map((symbol) => [
        symbol,
        { notShortable: null, marginRequirement: { long: (symbol === 'VTI' ? 3e5 : 7.5e5) as Ratio } },
      ]),
    ),
  );

test('What active strategies hold is asked for once, where there is margin.', async () => {
  const asked: string[][] = [];
  const { see, ask, said } = await watched((symbols) => {
    asked.push([...symbols]);
    return demanding(symbols);
  });
  await ask();
  see({ terms: { ...TERMS, multiplier: 1e6 as Ratio } });
  await ask();
  see({});
  await ask();
  see({});
  await ask();
  expect(asked).toEqual([['TQQQ', 'VTI']]);
  expect(said.at(-1)).toBe('info Margin requirement above 50%: TQQQ 75%');
});

test('No answer about requirements is no trouble.', async () => {
  const { see, ask, said } = await watched(() => Promise.reject(new BrokerUnavailable('HTTP 503')));
  see({});
  await ask();
  expect(said).toHaveLength(1);
});
