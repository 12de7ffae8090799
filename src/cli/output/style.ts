/** Colour that helps and never speaks alone: what has a meaning has a sign as well. */
import { styleText } from 'node:util';
import { EXIT, HgctlError } from '../../domain/errors.ts';

const COLOR_MODES = ['auto', 'always', 'never'] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

export interface Style {
  /** `+ text`. */
  readonly added: (text: string) => string;
  /** `~ text`. */
  readonly changed: (text: string) => string;
  /** `- text`. */
  readonly removed: (text: string) => string;
  /** `! text`. */
  readonly warning: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** Reads `--color`. */
export function parseColorMode(text: string): ColorMode {
  const mode = COLOR_MODES.find((candidate) => candidate === text);
  if (mode !== undefined) return mode;
  throw new HgctlError(EXIT.usage, `unknown colour mode ${JSON.stringify(text)}`, {
    hint: `one of: ${COLOR_MODES.join(', ')}`,
  });
}

/**
 * Whether to colour what goes to a stream. A mode that was asked for wins over the environment, and there, as in
 * Node itself, FORCE_COLOR over NO_COLOR.
 */
export function wantsColor(
  mode: ColorMode,
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (mode !== 'auto') return mode === 'always';
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return ['', '1', '2', '3', 'true'].includes(forced);
  const forbidden = environment['NO_COLOR'] ?? '';
  return stream.isTTY === true && forbidden === '' && environment['TERM'] !== 'dumb';
}

type Format = Parameters<typeof styleText>[0];

export function styleFor(color: boolean): Style {
  // The decision is made: styleText must not look at the process's own stdout again.
  const paint = (format: Format, text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    added: (text) => paint('green', `+ ${text}`),
    changed: (text) => paint('yellow', `~ ${text}`),
    removed: (text) => paint('red', `- ${text}`),
    warning: (text) => paint('yellow', `! ${text}`),
    dim: (text) => paint('dim', text),
    bold: (text) => paint('bold', text),
  };
}
