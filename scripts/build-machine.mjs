// Bundles the program into a simulated machine, as the proof runs it.
import { bundleMachine } from './machine-bundle.mjs';

await bundleMachine('dist/proof/machine.js');
