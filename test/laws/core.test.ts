/** The laws of the core, on hundreds of random worlds run through the planner and the execution protocol. */
import { world } from '../support/world.ts';
import { coreLaws } from './core-laws.ts';

coreLaws(world, { numRuns: Number(process.env['HGCTL_LAW_RUNS'] ?? 250) });
