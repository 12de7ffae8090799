/** `hgctl diff --shadow`: what the shadow did against what the account did. Writes nothing. */
import { lookAtAccount } from '../../actions/account-look.ts';
import { otherAccount } from '../../broker/shadow.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { later } from '../../domain/instant.ts';
import { deedsOf, isEqual, shadowDiff } from '../../observed/shadow-diff.ts';
import { openWorldAnyway, type World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readSince } from '../moments.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { diffJson, diffText, type DiffFacts } from '../output/shadow-diff-text.ts';
import { findBeginning, shadowFolder } from '../shadow-place.ts';

export interface DiffOptions extends GlobalOptions {
  readonly since?: string;
  readonly output: string;
}

export async function runDiff(io: Io, options: DiffOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const data = shadowFolder(io, options);
  // Without one, this would be the world of an account.
  if (findBeginning(data) === null) throw notBegun(data);
  const world = openWorldAnyway(io, { ...options, data });
  try {
    const facts = await compare(world, options);
    io.stdout(format === 'json' ? renderJson(diffJson(facts)) : diffText(facts));
    return isEqual(facts.diff) ? EXIT.done : EXIT.differs;
  } finally {
    world.close();
  }
}

async function compare({ ports, shadow, simulated }: World, options: DiffOptions): Promise<DiffFacts> {
  const { clock, journal } = ports;
  if (shadow === null || simulated === null) throw new Error('no shadow was opened');
  const { beginning, broker, ledger } = shadow;
  const since = later(beginning.at, readSince(options.since, clock.now()) ?? beginning.at);
  const account = await lookAtAccount(clock, { broker, ledger, since });
  if (account.account.id !== beginning.account.id)
    throw otherAccount(beginning.account.id, account.account.id);
  const whole = (): ReturnType<typeof ledger> => {
    journal.refresh();
    return journal.whole();
  };
  const paper = await lookAtAccount(clock, { broker: simulated, ledger: whole, since });
  return {
    since,
    at: clock.now(),
    account: account.account,
    shadow: paper.account,
    diff: shadowDiff(deedsOf(account, since), deedsOf(paper, since)),
  };
}

function notBegun(folder: string): HgctlError {
  return new HgctlError(EXIT.notFound, `there is no shadow in ${folder}`, {
    hint: "'hgctl run --shadow' begins one",
  });
}
