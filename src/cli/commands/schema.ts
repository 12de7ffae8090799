/** `hgctl schema`: the JSON Schema of a manifest kind. */
import { manifestJsonSchema } from '../../desired/json-schema.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import type { Io } from '../io.ts';
import { renderJson } from '../output/formats.ts';

const KINDS = ['Strategy', 'Account', 'StrategyToggle'] as const;

export function runSchema(io: Io, word: string): ExitCode {
  const kind = KINDS.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (kind === undefined) {
    const likely = closest(word, KINDS);
    const question = likely === undefined ? '' : `did you mean ${likely}? `;
    throw new HgctlError(EXIT.usage, `there is no manifest kind ${JSON.stringify(word)}`, {
      hint: `${question}one of: ${KINDS.join(', ')}`,
    });
  }
  io.stdout(renderJson(manifestJsonSchema(kind) as object));
  return EXIT.done;
}
