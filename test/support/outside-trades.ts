/** A process of its own: so many trades by hand, one after the other, on one file. Arguments: file, count. */
import { simulatedBroker } from '../../src/broker/simulated.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { SETTINGS, shares } from './simulated-world.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const broker = simulatedBroker({
  file,
  settings: SETTINGS,
  clock: {
    now: () => Date.now() as Instant,
    monotonic: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  },
  prices: syntheticPrices({ seed: 7, movement: 'constant' }),
});
for (let done = 0; done < Number(count); done += 1) {
  const answer = await broker.tradeOutside({ symbol: 'KO', side: 'buy', quantity: shares(1) });
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
}
