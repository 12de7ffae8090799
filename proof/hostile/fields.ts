/**
 * Every field that a schema has, with values that it must take and values that it must refuse. The schemas here are those
 * that editors get: what they say and what hgctl does must be the same.
 */
import type { Json } from '../../src/domain/digest.ts';
import { manifestJsonSchema } from '../../src/desired/json-schema.ts';
import type { Base } from './manifests.ts';

/** The parts of JSON Schema that the schemas use. */
interface Schema {
  readonly type?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export type Steps = readonly (string | number)[];

export interface FieldCase {
  /** `Strategy spec.capital.maxPositions: above its maximum`. */
  readonly what: string;
  readonly base: Base;
  readonly document: Json;
  /** Where hgctl must find something wrong; null: nothing may be wrong at `at`. */
  readonly expected: 'refused' | 'taken';
  readonly at: Steps;
}

export interface Fields {
  readonly cases: readonly FieldCase[];
  /** Fields of the schemas that no base has: holes of this proof. */
  readonly uncovered: readonly string[];
}

export function fieldsOf(bases: readonly Base[]): Fields {
  const cases: FieldCase[] = [];
  const seen = new Set<string>();
  const known = new Set<string>();
  for (const base of bases) {
    if (base.kind === 'Calendar') continue;
    const schema = manifestJsonSchema(base.kind) as Schema;
    collectKnown(schema, base.kind, known);
    walk({ base, schema, value: base.document, at: [], isRequired: true }, cases, seen);
  }
  return { cases, uncovered: [...known].filter((name) => !seen.has(name)).sort() };
}

interface Place {
  readonly base: Base;
  readonly schema: Schema;
  readonly value: Json;
  readonly at: Steps;
  readonly isRequired: boolean;
}

/** A name of a field, without its index and whichever of a union it is in. */
function nameOf(kind: string, at: Steps): string {
  return [kind, ...at.map((step) => (typeof step === 'number' ? '[]' : step))].join('.');
}

function collectKnown(schema: Schema, name: string, known: Set<string>): void {
  for (const one of optionsOf(schema)) collectKnown(one, name, known);
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    known.add(`${name}.${key}`);
    collectKnown(inner, `${name}.${key}`, known);
  }
  if (schema.items !== undefined)
    for (const inner of Array.isArray(schema.items) ? (schema.items as readonly Schema[]) : [schema.items])
      collectKnown(inner as Schema, `${name}.[]`, known);
}

function optionsOf({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] {
  return [...anyOf, ...oneOf];
}

/** Of a union the one that the value belongs to. */
function resolved(schema: Schema, value: Json): Schema {
  const options = optionsOf(schema);
  if (options.length === 0) return schema;
  const type = isMapping(value) ? value['type'] : undefined;
  return options.find(({ properties }) => properties?.['type']?.const === type) ?? {};
}

function walk(place: Place, cases: FieldCase[], seen: Set<string>): void {
  const { base, at, value } = place;
  const schema = resolved(place.schema, value);
  seen.add(nameOf(base.kind, at));
  cases.push(...casesAt({ ...place, schema }));
  if (isMapping(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const named = schema.properties?.[key];
      const other = schema.additionalProperties;
      const field = named ?? (typeof other === 'object' ? other : undefined);
      if (field === undefined) continue;
      const isRequired = schema.required?.includes(key) === true;
      walk({ base, schema: field, value: inner, at: [...at, key], isRequired }, cases, seen);
    }
  } else if (Array.isArray(value)) {
    (value as readonly Json[]).forEach((inner, index) => {
      const { items } = schema;
      const field = Array.isArray(items)
        ? (items as readonly Schema[])[index]
        : (items as Schema | undefined);
      if (field !== undefined)
        walk({ base, schema: field, value: inner, at: [...at, index], isRequired: false }, cases, seen);
    });
  }
}

function casesAt(place: Place): FieldCase[] {
  const { base, schema, at, isRequired } = place;
  const name = `${base.name} ${at.join('.')}`;
  const put = (what: string, value: Json, expected: FieldCase['expected'], where: Steps = at): FieldCase => ({
    what: `${name}: ${what}`,
    base,
    document: replaced(base.document, at, value),
    expected,
    at: where,
  });
  const found: FieldCase[] = [
    // A file without content declares nothing, and is no mistake.
    ...refusedValues(schema)
      .filter((value) => at.length > 0 || value !== null)
      .map((value) => put(`refuses ${brief(value)}`, value, 'refused')),
    ...takenValues(schema).map((value) => put(`takes ${brief(value)}`, value, 'taken')),
  ];
  if (isMapping(place.value) && schema.additionalProperties === false)
    found.push(put('an unknown key', { ...place.value, unheardOf: 1 }, 'refused', [...at, 'unheardOf']));
  const last = at.at(-1);
  if (typeof last === 'string' && (isRequired || isKnownOptional(schema)))
    found.push({
      what: `${name}: removed`,
      base,
      document: removed(base.document, at),
      expected: isRequired ? 'refused' : 'taken',
      at,
    });
  return found;
}

function isKnownOptional({ type }: Schema): boolean {
  return type !== undefined;
}

function takenValues(schema: Schema): Json[] {
  return [
    ...(schema.enum ?? []),
    ...(schema.type === 'boolean' ? [true, false] : []),
    ...(schema.type === 'integer'
      ? [schema.minimum, schema.maximum].filter((bound) => bound !== undefined)
      : []),
  ];
}

const OTHER_TYPES: readonly (readonly [type: string, values: readonly Json[]])[] = [
  ['string', ['text']],
  ['integer', [1.5, 7]],
  ['boolean', [true]],
  ['array', [[]]],
  ['object', [{}]],
  ['null', [null]],
];

function refusedValues(schema: Schema): Json[] {
  const { type, minimum, maximum, pattern, minItems } = schema;
  if (type === undefined) return schema.const === undefined ? [] : [null, 'other'];
  const others = OTHER_TYPES.flatMap(([other, values]) => (other === type ? [] : values));
  return [
    // A number of the right type is no other type.
    ...others.filter((value) => !(type === 'number' && typeof value === 'number')),
    ...(type === 'integer' ? [0.5] : []),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(schema.enum !== undefined || schema.const !== undefined ? ['unheard-of', ''] : []),
    ...(pattern === undefined ? [] : UNLIKE.filter((text) => !new RegExp(pattern).test(text))),
    ...(minItems !== undefined && minItems > 0 ? [[]] : []),
  ];
}

const UNLIKE = ['', ' ', '%', 'abc%', '-5', '1.2.3', '\u0000', '5 %', '١%', '1e2%', 'A B', 'ſ', '../..'];

function replaced(document: Json, at: Steps, value: Json): Json {
  const [step, ...rest] = at;
  if (step === undefined) return value;
  if (Array.isArray(document))
    return (document as readonly Json[]).map((item, index) =>
      index === step ? replaced(item, rest, value) : item,
    );
  if (!isMapping(document)) return document;
  return { ...document, [step]: replaced(document[step] ?? null, rest, value) };
}

function removed(document: Json, at: Steps): Json {
  const [step, ...rest] = at;
  if (!isMapping(document)) {
    if (!Array.isArray(document)) return document;
    return (document as readonly Json[]).map((item, index) => (index === step ? removed(item, rest) : item));
  }
  if (rest.length > 0 && step !== undefined)
    return { ...document, [step]: removed(document[step] ?? null, rest) };
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== step));
}

function isMapping(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: Json): string {
  return JSON.stringify(value).slice(0, 40);
}
