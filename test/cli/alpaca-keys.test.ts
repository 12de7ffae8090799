import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAlpacaKeys } from '../../src/cli/alpaca-keys.ts';
import { inTemporaryFolder } from '../support/simulated-world.ts';

const BOTH = { APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary' };

const headersOf = (
  file: string | undefined,
  environment: Readonly<Record<string, string>>,
): object | string => {
  const found = findAlpacaKeys(file, environment);
  return found.kind === 'ok' ? found.keys.headers() : found.reason;
};

describe('the keys of an Alpaca account', () => {
  const HEADERS = { 'APCA-API-KEY-ID': 'PKCANARY', 'APCA-API-SECRET-KEY': 'canary' };

  test('stand in the environment.', () => {
    expect(headersOf(undefined, BOTH)).toEqual(HEADERS);
  });

  test('stand in a file of their owner, as settings of a shell, and then the environment is not read.', async () => {
    await inTemporaryFolder((folder) => {
      const file = join(folder, 'keys.env');
      writeFileSync(file, `# paper\nexport APCA_API_KEY_ID=PKCANARY\nAPCA_API_SECRET_KEY="canary"\r\n`);
      chmodSync(file, 0o600);
      expect(headersOf(file, { APCA_API_KEY_ID: 'other', APCA_API_SECRET_KEY: 'other' })).toEqual(HEADERS);
      chmodSync(file, 0o640);
      expect(headersOf(file, BOTH)).toBe(`${file} can be read by others: chmod 600 it`);
    });
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['none', {}, 'APCA_API_KEY_ID and APCA_API_SECRET_KEY are not set in the environment'],
    ['one', { APCA_API_KEY_ID: 'PKCANARY' }, 'APCA_API_SECRET_KEY is not set in the environment'],
    [
      'what is no key',
      { ...BOTH, APCA_API_SECRET_KEY: 'ca\nnary' },
      'APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment are no keys',
    ],
  ])(
    'are missed where the environment has %s, and the reason shows nothing of them.',
    (_, environment, reason) => {
      expect(headersOf(undefined, environment)).toBe(reason);
    },
  );

  test('are missed where the file is not there.', () => {
    expect(headersOf('/nowhere/keys.env', BOTH)).toBe('/nowhere/keys.env cannot be read (ENOENT)');
  });
});
