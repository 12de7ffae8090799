/**
 * Numbers as people read them in tables: money and quantities with thousands separators, percentages with two decimals at
 * least, so that the decimal points of a column are under one another. JSON, YAML and csv have them plain.
 */

/** `29754.40` -> `29,754.40`; what is no plain number stays. */
export function grouped(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  return whole === '' ? text : sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + fraction;
}

/** `8.5%` -> `8.50%`; what is no percentage stays. */
export function twoDecimals(text: string): string {
  const [, whole = '', fraction = ''] = /^(-?\d+)(?:\.(\d+))?%$/.exec(text) ?? [];
  return whole === '' ? text : `${whole}.${fraction.padEnd(2, '0')}%`;
}
