/** `hgctl notify test`: sends one notice on every way that the account has, and says what became of it. */
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { happened } from '../../reconciler/alerts.ts';
import { openWorld } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { channelsOf, send } from '../notice-channels.ts';
import { printable } from '../output/printable.ts';

const TEST = { kind: 'Test', strategy: null, symbol: null, message: 'a test: nothing has happened' } as const;

/** Exit 6 where the account has none, 10 where one of them did not take it. */
export async function runNotifyTest(io: Io, options: GlobalOptions): Promise<ExitCode> {
  const world = openWorld(io, options);
  try {
    const { account } = world.desired;
    const channels = channelsOf(account);
    if (channels.length === 0)
      throw new HgctlError(EXIT.notFound, 'the account has no spec.notifications', {
        hint: 'docs/notifications.md shows what it may hold',
      });
    const notice = happened(TEST, world.ports.clock.now());
    let code: ExitCode = EXIT.done;
    for (const channel of channels) {
      const answer = await send(channel, notice, { io, account });
      if (answer.kind === 'failed') code = EXIT.partial;
      io.stdout(`${channel}: ${answer.kind === 'ok' ? 'sent' : printable(`failed: ${answer.reason}`)}\n`);
    }
    return code;
  } finally {
    world.close();
  }
}
