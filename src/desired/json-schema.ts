import * as z from 'zod';
import { accountSchema } from './account-schema.ts';
import { strategySchema } from './strategy-schema.ts';
import { toggleSchema } from './toggle-schema.ts';

type SchemaKind = 'Strategy' | 'Account' | 'StrategyToggle';

const SCHEMAS: Readonly<Record<SchemaKind, z.ZodType>> = {
  Strategy: strategySchema,
  Account: accountSchema,
  StrategyToggle: toggleSchema,
};

/** JSON Schema (draft 7, which YAML editors know best) of what a document may hold. */
export function manifestJsonSchema(kind: SchemaKind): unknown {
  return { title: kind, ...z.toJSONSchema(SCHEMAS[kind], { io: 'input', target: 'draft-7' }) };
}
