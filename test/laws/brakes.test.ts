/** What operators have stopped stays stopped, in every world. */
import { world } from '../support/world.ts';
import { brakeLaws } from './brake-laws.ts';

brakeLaws(world, { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 250) });
