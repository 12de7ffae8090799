/** Changes that more than one planted bug begins with. A part of the table in bugs.ts. */
import type { Change } from './bugs.ts';

/** Who was overtaken does not see it, and no time is over for it. */
export const OVERTAKEN_GOES_ON: readonly Change[] = [
  {
    file: 'actions/execution.ts',
    there: '  if (ledger.lock?.fence !== fence)',
    instead: '  if ((ledger.lock?.fence ?? 0) < fence)',
  },
  {
    file: 'actions/execution.ts',
    there: "    return 'ExecutionTimeout';\n",
    instead: '    return null;\n',
  },
];

/** Who cancels an order can book what becomes of it. */
export const CANCEL_MAY_BOOK: readonly Change[] = [
  {
    file: 'actions/follow.ts',
    there: 'async function cancelWhenDue({ ports }: Execution, order: Followed, seen: BrokerOrder)',
    instead: 'async function cancelWhenDue(execution: Execution, order: Followed, seen: BrokerOrder)',
  },
  {
    file: 'actions/follow.ts',
    there: '  const now = ports.clock.monotonic();\n  const isDue',
    instead: '  const { ports } = execution;\n  const now = ports.clock.monotonic();\n  const isDue',
  },
];

/** A clock that was behind is as far ahead for good. */
export const AHEAD_FOR_GOOD: readonly Change[] = [
  {
    file: 'store/clocks.ts',
    there: 'const since = base.monotonic();',
    instead: 'const ahead = start - base.now();',
  },
  {
    file: 'store/clocks.ts',
    there: 'later(base.now(), plus(start, Math.floor((base.monotonic() - since) * pace)))',
    instead: 'plus(base.now(), ahead)',
  },
];
