/** Records so many positions, one after the other: `record-worker FOLDER STRATEGY COUNT`. */
import { join } from 'node:path';
import { commitDecision } from '../../../src/actions/operator.ts';
import type { Money, Quantity } from '../../../src/domain/decimal.ts';
import type { Ports } from '../../../src/reconciler/ports.ts';
import { systemClock } from '../../../src/store/clocks.ts';
import { openJournal } from '../../../src/store/journal.ts';
import { processes } from '../../../src/store/processes.ts';
import { stateFile } from '../../../src/store/state-file.ts';

const [folder = '', strategy = '', count = '0'] = process.argv.slice(2);
const clock = systemClock();
const { self } = processes();
const journal = openJournal({ folder: join(folder, 'journal'), run: String(process.pid), clock, self });
const paths = { path: join(folder, 'state.json'), backups: join(folder, 'backups') };
const ports = {
  clock,
  journal,
  stateFile: stateFile({ ...paths, clock, journal, troubled: () => undefined }),
} as unknown as Ports;
for (let index = 0; index < Number(count); index += 1) {
  commitDecision(ports, () => ({
    type: 'adopted',
    strategy,
    symbol: `S${index}`,
    quantity: 1_000_000_000 as Quantity,
    cost: 1_000_000 as Money,
    reason: 'test',
    anchor: { at: clock.now(), unmanaged: 0 as Quantity },
  }));
}
journal.close();
