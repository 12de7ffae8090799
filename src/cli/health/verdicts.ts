/** What a row of a health check says. */
export interface Check {
  readonly name: string;
  /** `WARN`: worth a person's look. `FAIL`: something does not work, or soon will not. */
  readonly status: 'OK' | 'WARN' | 'FAIL';
  readonly message: string;
}

export function fine(name: string, message: string): Check {
  return { name, status: 'OK', message };
}

export function warning(name: string, message: string): Check {
  return { name, status: 'WARN', message };
}

export function failing(name: string, message: string): Check {
  return { name, status: 'FAIL', message };
}

/** The worst of them. */
export function worst(checks: readonly Check[]): Check['status'] {
  if (checks.some(({ status }) => status === 'FAIL')) return 'FAIL';
  return checks.some(({ status }) => status === 'WARN') ? 'WARN' : 'OK';
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const SOME = 3;

/** The first few, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length > SOME ? ` and ${names.length - SOME} more` : '';
  return `${names.slice(0, SOME).join(', ')}${more}`;
}
