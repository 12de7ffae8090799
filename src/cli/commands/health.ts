/** `hgctl health`: the daily check, one row a thing that can go wrong. Writes nothing. */
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { openWorldAnyway } from '../compose.ts';
import { healthChecks } from '../health/checks.ts';
import { collect } from '../health/facts.ts';
import { worst } from '../health/verdicts.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

export interface HealthOptions extends GlobalOptions {
  readonly output: string;
}

export async function runHealth(io: Io, options: HealthOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const world = openWorldAnyway(io, options);
  try {
    const facts = await collect(world);
    const checks = healthChecks(facts);
    const status = worst(checks);
    if (format === 'json') {
      io.stdout(renderJson({ kind: 'Health', time: formatInstant(facts.now), status, checks }));
    } else {
      const rows = checks.map((check) => [check.name, check.status, printable(check.message)]);
      io.stdout(formatTable([{ header: 'CHECK' }, { header: 'STATUS' }, { header: 'DETAIL' }], rows));
    }
    return status === 'FAIL' ? EXIT.differs : EXIT.done;
  } finally {
    world.close();
  }
}
