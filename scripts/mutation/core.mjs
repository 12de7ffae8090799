/** Which files are mutated. CONTRIBUTING.md says why these. */
import { readdirSync } from 'node:fs';

/** Pure decisions: what is known, what follows from it, and the second opinion. */
const FOLDERS = ['src/domain', 'src/observed', 'src/reconciler', 'src/reconciler/rules'];
/** Loops: they decide when, not what. */
const LOOPS = ['src/reconciler/reconcile.ts', 'src/reconciler/controller.ts'];
/** The protocol of an order, from its intent to its end. */
const PROTOCOL = [
  'back-off',
  'book-order',
  'cancel',
  'dispatch',
  'execution',
  'execution-lock',
  'follow',
  'late-orders',
  'look-up',
  'never-created',
  'order-id',
  'order-outcome',
  'outcome',
  'resolve-order',
  'resolve-symbol',
  'resolved-lots',
  'run-orders',
  'second-looks',
].map((name) => `src/actions/${name}.ts`);

export const coreFiles = () =>
  [...FOLDERS.flatMap(sources).filter((file) => !LOOPS.includes(file)), ...PROTOCOL].toSorted();

const sources = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
