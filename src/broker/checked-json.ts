/**
 * Readers of JSON values: each gives back what a value means, or throws an error that names the first place that is
 * wrong. For files that every command reads; building the same checks of a schema library takes 10 ms of each start.
 */

/** `path` is where the value stands, as `orders.0.symbol`; empty for the document itself. */
export type Reader<Value> = (value: unknown, path: string) => Value;

/** A value that is not what was expected. */
export class UnexpectedValue extends Error {
  override readonly name = 'UnexpectedValue';
}

/** Throws, with the path in front. */
function refuse(path: string, message: string): never {
  throw new UnexpectedValue(path === '' ? message : `${path}: ${message}`);
}

/** Text that `parse` understands, as the value that it means. */
export function textOf<Value>(parse: (text: string) => Value | undefined, what: string): Reader<Value> {
  return (value, path) => {
    if (typeof value !== 'string') return refuse(path, `expected ${what}, as text`);
    return parse(value) ?? refuse(path, `${JSON.stringify(value)} is not ${what}`);
  };
}

export function number(value: unknown, path: string): number {
  return typeof value === 'number' ? value : refuse(path, 'expected a number');
}

export function boolean(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'expected true or false');
}

export function oneOf<const Choice extends string | number>(choices: readonly Choice[]): Reader<Choice> {
  return (value, path) =>
    choices.find((choice) => choice === value) ?? refuse(path, `expected one of: ${choices.join(', ')}`);
}

export function listOf<Item>(item: Reader<Item>): Reader<Item[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'expected a list');
    return value.map((one: unknown, index) => item(one, inside(path, String(index))));
  };
}

export function mapOf<Key, Item>(key: Reader<Key>, item: Reader<Item>): Reader<Map<Key, Item>> {
  return (value, path) => {
    const entries = Object.entries(object(value, path));
    return new Map(
      entries.map(([name, one]) => [key(name, inside(path, name)), item(one, inside(path, name))]),
    );
  };
}

/** For a field that may be left out. */
export function optional<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return (value, path) => (value === undefined ? undefined : reader(value, path));
}

/** An object with exactly these fields, of which only optional ones may be missing. */
export function fields<Value extends object>(readers: {
  readonly [Name in keyof Value]-?: Reader<Value[Name]>;
}): Reader<Value> {
  const known = Object.entries<Reader<unknown>>(readers);
  return (value, path) => {
    const given = object(value, path);
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(readers, name));
    if (unknown !== undefined) refuse(path, `unknown key ${JSON.stringify(unknown)}`);
    const read = known.map(([name, reader]) => [
      name,
      reader(Object.hasOwn(given, name) ? given[name] : undefined, inside(path, name)),
    ]);
    return Object.fromEntries(read.filter(([, one]) => one !== undefined)) as Value;
  };
}

/** An object with these fields; whatever else it has is not looked at. */
export function atLeast<Value extends object>(readers: {
  readonly [Name in keyof Value]-?: Reader<Value[Name]>;
}): Reader<Value> {
  const known = Object.entries<Reader<unknown>>(readers);
  return (value, path) => {
    const given = object(value, path);
    const read = known.map(([name, reader]) => [
      name,
      reader(Object.hasOwn(given, name) ? given[name] : undefined, inside(path, name)),
    ]);
    return Object.fromEntries(read) as Value;
  };
}

/** For a field that may be left out, or null. */
export function orNull<Value>(reader: Reader<Value>): Reader<Value | null> {
  return (value, path) => (value === undefined || value === null ? null : reader(value, path));
}

export function truth(value: unknown, path: string): boolean {
  return typeof value === 'boolean' ? value : refuse(path, 'expected true or false');
}

/** What `reader` gives, if `holds` is true of it. */
export function checked<Value>(
  reader: Reader<Value>,
  holds: (value: Value) => boolean,
  trouble: string,
): Reader<Value> {
  return (value, path) => {
    const read = reader(value, path);
    return holds(read) ? read : refuse(path, trouble);
  };
}

export function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(path, 'expected an object');
  return value as Readonly<Record<string, unknown>>;
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
