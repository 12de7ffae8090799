/** In the place of the embedded broker: the same, on a clock of its own that nobody on the machine can set; looks are noted. */
import * as embedded from '../../../src/broker/simulated.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { currentProcess } from '../process.ts';

export type { SimulatedBrokerage } from '../../../src/broker/simulated.ts';
export const brokerageOf = embedded.brokerageOf;

export function simulatedBroker(
  options: Parameters<typeof embedded.simulatedBroker>[0],
): embedded.SimulatedBrokerage {
  const process = currentProcess();
  const { machine } = process;
  const clock = { ...options.clock, now: () => Math.floor(machine.loop.now) as Instant };
  const broker = embedded.simulatedBroker({ ...options, clock });
  return {
    ...broker,
    positions: () => {
      process.lookedAt = machine.loop.now;
      return broker.positions();
    },
  };
}
