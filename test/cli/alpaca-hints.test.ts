/** An account at Alpaca that cannot be used: the advice is that for its cause, and trying again is advised where it helps. */
import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ACCOUNT } from '../support/alpaca-answers.ts';
import { json, KEY_ID, KEY_SECRET } from '../support/alpaca-fake.ts';
import { DAY } from '../support/fault-world.ts';
import { localServer, type Handler } from '../support/http-server.ts';
import { projectInProcess, type Project } from '../support/project.ts';
import { sharedClock } from '../support/shared-clock.ts';

const OWN = ACCOUNT.account_number;
const KEYS = { APCA_API_KEY_ID: KEY_ID, APCA_API_SECRET_KEY: KEY_SECRET };
const BOTH_LINES = `APCA_API_KEY_ID=${KEY_ID}\nAPCA_API_SECRET_KEY=${KEY_SECRET}\n`;
const LIVE = { environment: 'live', accountId: OWN };
const CANNOT = 'the account at the broker cannot be used: ';

interface Case {
  readonly broker?: object;
  readonly environment?: Readonly<Record<string, string>>;
  /** In `keys.env`, with these rights. */
  readonly file?: { readonly text: string; readonly mode: number };
  readonly answer?: Handler;
  /** `FILE` stands for the path of `keys.env`, `HOST` for the server. */
  readonly error: string;
  readonly hint: string;
  /** Requests that went out. */
  readonly asked: number;
}

const FILE_HINT =
  'put APCA_API_KEY_ID=... and APCA_API_SECRET_KEY=... as two lines into FILE, and let only its owner read it: chmod 600 FILE';
const IN_FILE = { keysFile: '../keys.env' };

const CASES: Readonly<Record<string, Case>> = {
  'no keys': {
    environment: {},
    error: `${CANNOT}the keys of the account cannot be had: APCA_API_KEY_ID and APCA_API_SECRET_KEY are not set in the environment`,
    hint: 'set APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment, or name a file that has both in spec.broker.keysFile',
    asked: 0,
  },
  'no file of keys': {
    broker: IN_FILE,
    error: `${CANNOT}the keys of the account cannot be had: FILE cannot be read (ENOENT)`,
    hint: FILE_HINT,
    asked: 0,
  },
  'a file of keys that others may read': {
    broker: IN_FILE,
    file: { text: BOTH_LINES, mode: 0o644 },
    error: `${CANNOT}the keys of the account cannot be had: FILE can be read by others: chmod 600 it`,
    hint: FILE_HINT,
    asked: 0,
  },
  'a file that lacks a key': {
    broker: IN_FILE,
    file: { text: `APCA_API_KEY_ID=${KEY_ID}\n`, mode: 0o600 },
    error: `${CANNOT}the keys of the account cannot be had: APCA_API_SECRET_KEY is not set in FILE`,
    hint: FILE_HINT,
    asked: 0,
  },
  'keys that are not accepted': {
    answer: json({ message: 'unauthorized.' }, 401),
    error: `${CANNOT}HOST does not accept the keys (401: unauthorized.): they must be those of a paper account, and neither revoked nor those of a live account`,
    hint: 'put the keys of the paper account into the environment (APCA_API_KEY_ID, APCA_API_SECRET_KEY)',
    asked: 1,
  },
  'keys of the other environment, from a file': {
    broker: { ...LIVE, ...IN_FILE },
    environment: { HGCTL_ALLOW_LIVE: OWN },
    file: { text: BOTH_LINES, mode: 0o600 },
    answer: json({ message: 'forbidden.' }, 403),
    error: `${CANNOT}HOST does not accept the keys (403: forbidden.): they must be those of a live account, and neither revoked nor those of a paper account`,
    hint: 'put the keys of the live account into FILE',
    asked: 1,
  },
  'keys of another account': {
    broker: { accountId: 'PA-OTHER' },
    error: `${CANNOT}the keys are of account ${OWN}, and spec.broker.accountId is PA-OTHER (environment paper)`,
    hint: `put the keys of account PA-OTHER into the environment (APCA_API_KEY_ID, APCA_API_SECRET_KEY), or name account ${OWN} in the manifest if that is meant`,
    asked: 1,
  },
  'real money that nobody has allowed': {
    broker: LIVE,
    error: `${CANNOT}environment live trades real money, and HGCTL_ALLOW_LIVE is not set`,
    hint: `if real money is meant, set HGCTL_ALLOW_LIVE=${OWN} in the environment of this command`,
    asked: 0,
  },
  'real money of another account': {
    broker: LIVE,
    environment: { ...KEYS, HGCTL_ALLOW_LIVE: 'LIVE-2' },
    error: `${CANNOT}HGCTL_ALLOW_LIVE names account LIVE-2, and spec.broker.accountId is ${OWN}: nothing is asked of a live account before both are the same`,
    hint: `if real money is meant, set HGCTL_ALLOW_LIVE=${OWN} in the environment of this command`,
    asked: 0,
  },
  'a page of a proxy, which says nothing of the keys': {
    answer: (_, response) => response.writeHead(403).end('<html>'),
    error: 'the broker does not answer: HOST, GET /v2/account: 403',
    hint: 'try again',
    asked: 3,
  },
  'a broker that is down': {
    answer: json({ message: 'down' }, 503),
    error: 'the broker does not answer: HOST, GET /v2/account: 503: down',
    hint: 'try again',
    asked: 3,
  },
};

interface Home {
  readonly mine: Project;
  readonly asked: readonly string[];
  readonly named: (text: string) => string;
}

async function at({ broker = {}, environment = KEYS, file, answer = json(ACCOUNT) }: Case): Promise<Home> {
  const server = await localServer(answer);
  const mine = projectInProcess({ now: null, strategies: { core: { targets: { KO: '5' } } } });
  const spec = {
    broker: { type: 'alpaca', url: server.url, ...broker },
    prices: { type: 'synthetic', seed: 7 },
  };
  const account = { apiVersion: 'homeguard/v1', kind: 'Account', metadata: { name: 'test' }, spec };
  mine.write('manifests/account.yaml', JSON.stringify(account));
  if (file !== undefined) {
    mine.write('keys.env', file.text);
    chmodSync(mine.path('keys.env'), file.mode);
  }
  const named = (text: string): string =>
    text.replaceAll('FILE', mine.path('keys.env')).replaceAll('HOST', new URL(server.url).host);
  // Pauses between questions cost no time.
  const { command: clock } = sharedClock(DAY.start);
  return {
    mine: mine.with(environment).timed({ clock, heard: () => undefined }),
    asked: server.asked,
    named,
  };
}

describe('an account that cannot be used, because of', () => {
  test.each(Object.entries(CASES))('%s', async (_, given) => {
    const { mine, asked, named } = await at(given);
    const { code, stdout, stderr } = await mine.run('apply', '--yes');
    expect(stderr).toBe(named(`error: ${given.error}\nhint: nothing was changed; ${given.hint}\n`));
    expect(code).toBe(11);
    expect(asked).toHaveLength(given.asked);
    expect(stdout + stderr).not.toContain(KEY_SECRET);
    expect(mine.exists('data/journal')).toBe(false);
    const plan = await mine.run('plan');
    expect(plan.code).toBe(11);
    expect(plan.stderr).toContain(
      named(`warning: apply will refuse: ${given.error}\nhint: nothing was changed; ${given.hint}\n`),
    );
    // Account, positions, orders and clock are unknown for one reason, which is said once.
    expect(plan.stdout.match(/(?:Account|Positions|Orders|Clock)Unknown/g)).toEqual(['AccountUnknown']);
  });
});

test('health gives the same advice in its row of the broker', async () => {
  const { mine } = await at({ environment: {}, error: '', hint: '', asked: 0 });
  const { stdout } = await mine.run('health', '-o', 'json');
  expect(stdout).toContain('it cannot be used: the keys of the account cannot be had: ');
  expect(stdout).toContain(
    '; set APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment, or name a file',
  );
});
