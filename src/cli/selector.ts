/** Label selectors as kubectl writes them: `book=long-term,tier!=test`. */
import { EXIT, HgctlError } from '../domain/errors.ts';

type Labels = Readonly<Record<string, string>>;

const TERM = /^([A-Za-z0-9_./-]+)\s*(!=|==?)\s*([A-Za-z0-9_.-]*)$/;

/** Null when there is nothing to select by. Throws exit 3 for a term that is none. */
export function parseSelector(text: string | undefined): ((labels: Labels) => boolean) | null {
  if (text === undefined) return null;
  const terms = text.split(',').map((term) => parseTerm(term.trim()));
  return (labels) => terms.every((matches) => matches(labels));
}

function parseTerm(term: string): (labels: Labels) => boolean {
  const [, key = '', operator = '', value = ''] = TERM.exec(term) ?? [];
  if (key === '') {
    throw new HgctlError(EXIT.usage, `cannot read the selector ${JSON.stringify(term)}`, {
      hint: 'write key=value or key!=value, separated by commas',
    });
  }
  return (labels) => {
    const own = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return operator === '!=' ? own !== value : own === value;
  };
}
