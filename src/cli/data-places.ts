/** Where the data of a command are, also beside manifests that are invalid, and beside a journal that cannot be read. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { GlobalOptions, Io } from './io.ts';
import { ManifestsInvalid, readManifests } from './manifests.ts';
import { dataPaths, type DataPaths } from './places.ts';

/** For commands that read what was written: they open neither books nor broker. */
export function dataPlaces(io: Io, options: GlobalOptions): DataPaths {
  return dataPaths(io, options, declaredData(io, options));
}

function declaredData(io: Io, options: GlobalOptions): string | null {
  try {
    return readManifests(io, options).desired.account.data;
  } catch (error) {
    if (error instanceof ManifestsInvalid) return error.data;
    if (error instanceof HgctlError && error.exit === EXIT.notFound) return null;
    throw error;
  }
}
