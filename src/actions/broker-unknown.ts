/** The end (exit 11) of a command that cannot do without an answer of the broker. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { whyUnknown, type Unknown } from '../observed/unknown.ts';

export function brokerUnknown(unknown: Omit<Unknown, 'kind'>): HgctlError {
  return new HgctlError(EXIT.broker, whyUnknown(unknown), {
    hint: `nothing was changed; ${unknown.advice ?? 'try again'}`,
  });
}
