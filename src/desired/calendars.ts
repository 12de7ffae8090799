/** Joins the calendar file with the overrides of the account. */
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { AccountManifest } from './account-schema.ts';
import { checkDates, type CalendarManifest } from './calendar-schema.ts';
import type { Declared, ParsedManifests } from './parse-manifests.ts';
import type { Problem } from './problem.ts';
import type { Files } from './universes.ts';
import { fieldProblem, locate, valueAt } from './yaml-document.ts';

const CALENDAR_FILE = ['spec', 'calendar', 'file'] as const;
const IN_ACCOUNT = ['spec', 'calendar', 'overrides'] as const;
const IN_FILE = ['overrides'] as const;

type CalendarFile = Declared<CalendarManifest>;

/** What is wrong with the overrides of all files together. */
export function checkCalendars(
  { accounts: [account], needs }: ParsedManifests,
  calendars: readonly CalendarFile[],
  files: Files,
): Problem[] {
  const own = account === undefined ? [] : checkAccount(account);
  const missing = needs.filter(({ kind, path }) => kind === 'calendar' && files.get(path)?.kind !== 'text');
  const gone = missing.map(({ name, path }) => {
    const content = files.get(path);
    const reason = content?.kind === 'unreadable' ? content.reason : 'does not exist';
    return account === undefined
      ? []
      : [fieldProblem(account.document, CALENDAR_FILE, { message: `the calendar file ${name} ${reason}` })];
  });
  const [first, ...others] = calendars;
  const second = others.map(({ document }) => {
    const message = `a second calendar file; the first is ${first?.source.name ?? ''}`;
    return fieldProblem(document, IN_FILE, { message }, 'key');
  });
  const inFiles = calendars.flatMap(({ document }) => checkDates(document, IN_FILE));
  return [...own, ...gone.flat(), ...second, ...inFiles, ...checkRepeated(account, first)];
}

function checkAccount({ document }: Declared<AccountManifest>): Problem[] {
  return [...checkDates(document, IN_ACCOUNT), ...checkDates(document, ['spec', 'broker', 'calendar'])];
}

function checkRepeated(
  account: Declared<AccountManifest> | undefined,
  file: CalendarFile | undefined,
): Problem[] {
  if (account === undefined || file === undefined) return [];
  const inFile = valueAt(file.document.data, IN_FILE);
  const inAccount = valueAt(account.document.data, IN_ACCOUNT);
  if (typeof inFile !== 'object' || inFile === null) return [];
  if (typeof inAccount !== 'object' || inAccount === null) return [];
  return Object.keys(inAccount)
    .filter((date) => Object.hasOwn(inFile, date))
    .map((date) => {
      const { line } = locate(file.document, [...IN_FILE, date], 'key');
      const message = `the day stands in ${file.source.name}:${line}, too`;
      return fieldProblem(account.document, [...IN_ACCOUNT, date], { message }, 'key');
    });
}

/** Those of the account and of the file; undefined where there are none. */
export function overridesOf(
  { spec }: AccountManifest,
  file: CalendarManifest | undefined,
): CalendarOverrides | undefined {
  const all = { ...file?.overrides, ...spec.calendar.overrides };
  return Object.keys(all).length === 0 ? undefined : all;
}
