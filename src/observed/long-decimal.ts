/** Decimal numbers of any length, for figures that other programs computed with binary floats. */

/** `digits` times ten to the power of minus `scale`; `scale` may be negative. */
export interface LongDecimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads `45.2`, `-0.5`, `1e-7`; undefined for anything else. */
export function readLongDecimal(text: string): LongDecimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
}

export function multiply(a: LongDecimal, b: LongDecimal): LongDecimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** As an integer of units of 10^-`places`, rounded half away from zero; undefined outside the safe range. */
export function toUnits({ digits, scale }: LongDecimal, places: number): number | undefined {
  const shift = places - scale;
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : divided(digits, 10n ** BigInt(-shift));
  return Number.isSafeInteger(Number(units)) ? Number(units) : undefined;
}

function divided(digits: bigint, divisor: bigint): bigint {
  const half = digits < 0n ? -divisor : divisor;
  return (digits * 2n + half) / (divisor * 2n);
}
