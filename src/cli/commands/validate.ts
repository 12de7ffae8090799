/** `hgctl validate`: every problem of every manifest at once, then those of the fault script that they name. */
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { readFaults } from '../fault-file.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readManifests } from '../manifests.ts';

export function runValidate(io: Io, options: GlobalOptions): ExitCode {
  const { desired } = readManifests(io, options);
  const { broker } = desired.account;
  if (broker.type === 'simulated' && broker.faults !== null) readFaults(broker.faults);
  const names = desired.strategies.map(({ name }) => name).join(', ');
  io.stdout(
    `valid: account ${desired.account.name}, ${desired.strategies.length} strategies (${names}), revision ${desired.digest.slice(0, 12)}\n`,
  );
  return EXIT.done;
}
