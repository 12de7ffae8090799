/** Overrides of the exchange's calendar: in the account, in a file, and what is wrong with them. */
import { describe, expect, test } from 'vitest';
import { ACCOUNT, BASE, loaded, problemsOf, type Texts } from './manifest-set.ts';

const inAccount = (lines: string): string => `${ACCOUNT}  calendar:\n    overrides: ${lines}\n`;
const account = (text: string, more: Texts = {}): Texts => ({ ...BASE, 'm/account.yaml': text, ...more });

describe('overrides', () => {
  test('stand in the account, and the simulated exchange follows them', () => {
    const { desired } = loaded(account(inAccount('{2026-01-09: closed, 2026-12-24: "13:00"}')));
    const calendar = { '2026-01-09': 'closed', '2026-12-24': { open: '09:30', close: '13:00' } };
    expect(desired.account.calendar).toEqual(calendar);
    expect(desired.account.broker).toMatchObject({ calendar });
  });

  test('stand in a file of the folder, or in one that the account names', () => {
    const text = 'overrides:\n  2026-01-09: closed\n';
    const found = loaded(account(ACCOUNT, { 'm/calendar.yaml': text }));
    expect(found.desired.account.calendar).toEqual({ '2026-01-09': 'closed' });
    const named = `${ACCOUNT}  calendar: {file: ../days.yml}\n`;
    const outside = loaded(account(named, { 'days.yml': text }));
    expect(outside.desired).toEqual(found.desired);
  });

  test('of the simulated exchange may be others: then the two disagree', () => {
    const own = ACCOUNT.replace('seed: 7}', 'seed: 7, calendar: {2026-01-09: closed}}');
    const { account: desired } = loaded(account(own)).desired;
    expect(desired.calendar).toBeUndefined();
    expect(desired.broker).toMatchObject({ calendar: { '2026-01-09': 'closed' } });
  });

  test('change the digest, and where there are none it is that of manifests without the field', () => {
    const { digest } = loaded(BASE).desired;
    expect(loaded(account(inAccount('{}'))).desired.digest).toBe(digest);
    expect(loaded(account(inAccount('{2026-01-09: closed}'))).desired.digest).not.toBe(digest);
  });
});

describe('One mistake gives one problem', () => {
  const HOURS = 'closed, an early close as "13:00", or hours as "09:30-13:00" (New York), open before close';
  test.each<[what: string, texts: Texts, problem: string]>([
    [
      'no date',
      account(inAccount('{2026-02-30: closed}')),
      'm/account.yaml:8:17 spec.calendar.overrides.2026-02-30: is no date (allowed a date of the calendar, such as 2026-12-24)',
    ],
    [
      'no hours',
      account(inAccount('{2026-01-09: shut}')),
      `m/account.yaml:8:29 spec.calendar.overrides.2026-01-09: "shut" is neither closed nor hours (allowed ${HOURS})`,
    ],
    [
      'a close before the open',
      account(inAccount('{2026-01-09: "09:00"}')),
      `m/account.yaml:8:29 spec.calendar.overrides.2026-01-09: "09:00" is neither closed nor hours (allowed ${HOURS})`,
    ],
    [
      'a file that is not there',
      account(`${ACCOUNT}  calendar: {file: days.yml}\n`),
      'm/account.yaml:7:20 spec.calendar.file: the calendar file m/days.yml does not exist',
    ],
    [
      'a mistake in the file',
      account(`${ACCOUNT}  calendar: {file: days.yml}\n`, { 'm/days.yml': 'overrides:\n  monday: closed\n' }),
      'm/days.yml:2:3 overrides.monday: is no date (allowed a date of the calendar, such as 2026-12-24)',
    ],
    [
      'a day that stands in both',
      account(inAccount('{2026-01-09: closed}'), { 'm/calendar.yaml': 'overrides: {2026-01-09: "13:00"}\n' }),
      'm/account.yaml:8:17 spec.calendar.overrides.2026-01-09: the day stands in m/calendar.yaml:1, too',
    ],
    [
      'two files',
      account(ACCOUNT, { 'm/a.yaml': 'overrides: {}\n', 'm/b.yaml': 'overrides: {}\n' }),
      'm/b.yaml:1:1 overrides: a second calendar file; the first is m/a.yaml',
    ],
    [
      'a whole year of closed days',
      account(
        inAccount(
          `{${Array.from({ length: 101 }, (_, day) => `${new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)}: closed`).join(', ')}}`,
        ),
      ),
      'm/account.yaml:8:5 spec.calendar.overrides: 101 dates are too many (allowed at most 100)',
    ],
  ])('%s', (_, texts, problem) => {
    expect(problemsOf(texts)).toEqual([problem]);
  });
});
