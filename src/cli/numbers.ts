/** Numbers and symbols on the command line. */
import { parsePrice, parseQuantity, type Price, type Quantity } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { isSymbol, SYMBOL_RULE } from '../domain/names.ts';

export function symbolArgument(text: string): string {
  if (isSymbol(text)) return text;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no symbol`, {
    hint: `write it with ${SYMBOL_RULE}`,
  });
}

/** Above zero. */
export function quantityArgument(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity !== undefined && quantity > 0) return quantity;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no quantity`, {
    hint: 'write a number of shares above zero, as 12 or 0.5',
  });
}

/** Above zero; null when it is left out. */
export function priceOption(text: string | undefined): Price | null {
  if (text === undefined) return null;
  const price = parsePrice(text);
  if (price !== undefined && price > 0) return price;
  throw new HgctlError(EXIT.usage, `${JSON.stringify(text)} is no price`, {
    hint: 'write dollars above zero, as 45.20',
  });
}
