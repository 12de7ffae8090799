/** Where the data of a command are, also beside manifests that are invalid, and beside a journal that cannot be read. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { GlobalOptions, Io } from './io.ts';
import { ManifestsInvalid, readManifests } from './manifests.ts';
import { dataPaths, type DataPaths } from './places.ts';

export interface DataPlaces extends DataPaths {
  /** Names of the declared strategies; none while the manifests are invalid or gone. */
  readonly declared: readonly string[];
}

/** For commands that read what was written: they open neither books nor broker. */
export function dataPlaces(io: Io, options: GlobalOptions): DataPlaces {
  const { data, declared } = declaredIn(io, options);
  return { ...dataPaths(io, options, data), declared };
}

interface DeclaredFacts extends Pick<DataPlaces, 'declared'> {
  /** The data folder; null for the default. */
  readonly data: string | null;
}

function declaredIn(io: Io, options: GlobalOptions): DeclaredFacts {
  try {
    const { account, strategies } = readManifests(io, options).desired;
    return { data: account.data, declared: strategies.map(({ name }) => name) };
  } catch (error) {
    if (error instanceof ManifestsInvalid) return { data: error.data, declared: [] };
    if (error instanceof HgctlError && error.exit === EXIT.notFound) return { data: null, declared: [] };
    throw error;
  }
}
