/** Where the price files of a command are. */
import { DAYS_MAX, readRegularFile } from '../market/regular-file.ts';
import { resolve } from 'node:path';
import type { DesiredState } from '../desired/desired-state.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { isSymbol, SYMBOL_RULE } from '../domain/names.ts';
import { codeOf } from '../store/system-error.ts';
import type { GlobalOptions, Io } from './io.ts';
import { readManifests } from './manifests.ts';

export interface PriceFolder {
  /** Absolute path. */
  readonly folder: string;
  readonly calendar: CalendarOverrides | undefined;
  /** Null where the folder was named, and there are no manifests that can be read. */
  readonly desired: DesiredState | null;
}

/** A folder that is named needs no manifests: without them, sessions are those of the calendar's rules. */
export function priceFolder(io: Io, options: GlobalOptions & { readonly folder?: string }): PriceFolder {
  if (options.folder === undefined) return declaredFolder(io, options);
  const folder = resolve(options.folder);
  try {
    const { desired } = readManifests(io, options);
    return { folder, calendar: desired.account.calendar, desired };
  } catch (error) {
    if (error instanceof HgctlError) return { folder, calendar: undefined, desired: null };
    throw error;
  }
}

function declaredFolder(io: Io, options: GlobalOptions): PriceFolder {
  const { desired } = readManifests(io, options);
  const { prices, calendar } = desired.account;
  const sources = prices.type === 'first-of' ? prices.sources : [prices];
  const files = sources.find((source) => source.type === 'csv');
  if (files !== undefined) return { folder: files.folder, calendar, desired };
  throw new HgctlError(EXIT.usage, `the prices of the account are ${prices.type}, not files`, {
    hint: 'name a folder with --folder',
  });
}

export function requireSymbol(text: string): string {
  if (isSymbol(text)) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no symbol`, { hint: SYMBOL_RULE });
}

/** Of a price file; null where there is none. Throws exit 5 for one that cannot be read, or is larger than `most` MiB. */
export function priceText(file: string, most = DAYS_MAX): string | null {
  try {
    return readRegularFile(file, most);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new HgctlError(EXIT.refused, `${file} cannot be read`, { cause: error });
  }
}
