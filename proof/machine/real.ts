/** The real time and chance of this process: everything else under this folder is built with simulated ones in their place. */
export const real = {
  setImmediate: globalThis.setImmediate,
  Date: globalThis.Date,
  performance: globalThis.performance,
  process: globalThis.process,
  Math: globalThis.Math,
} as const;
