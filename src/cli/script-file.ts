/** A script of faults: YAML in, validated entries out, every problem at once as `file:line:col`. */
import * as z from 'zod';
import { formatProblem, sortProblems, type Problem } from '../desired/problem.ts';
import { checkSchema } from '../desired/schema-check.ts';
import { parseYaml } from '../desired/yaml-document.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { parseInstant, type Instant } from '../domain/instant.ts';
import { readText } from '../broker/simulated-text.ts';

export interface ScriptForm<Script> {
  /** Built when a script is there: it would cost every start some milliseconds. */
  readonly schema: () => z.ZodType<Script>;
  /** What every fault has in common: the schema of one kind does not say what the others allow. */
  readonly outline: () => z.ZodType;
  /** Who names the file. */
  readonly namedBy: string;
  readonly document: string;
}

/** Throws exit 4 with every problem of the file, exit 6 where there is none. */
export function readScript<Script>(file: string, form: ScriptForm<Script>): Script {
  const invalid = (problems: readonly Problem[]): HgctlError => {
    const list = problems.map((problem) => `\n  ${formatProblem(problem)}`).join('');
    return new HgctlError(EXIT.invalid, `the fault script ${file} is not valid:${list || ' it is empty'}`, {
      hint: `${form.document} lists what it may say`,
    });
  };
  const source = readText(file);
  if (source === null) {
    throw new HgctlError(EXIT.notFound, `there is no fault script ${file}`, {
      hint: `${form.namedBy} names it`,
    });
  }
  const { documents, problems } = parseYaml(file, source);
  const [document] = documents;
  if (problems.length > 0 || document === undefined) throw invalid(problems);
  const checked = checkSchema(document, form.schema());
  if (checked.kind === 'valid') return checked.value;
  const outline = checkSchema(document, form.outline());
  throw invalid(outline.kind === 'valid' ? checked.problems : merged(outline.problems, checked.problems));
}

/** Of a fault whose outline is wrong, only that is said. */
function merged(outline: readonly Problem[], all: readonly Problem[]): readonly Problem[] {
  const told = new Set(outline.map(faultOf));
  return sortProblems([...outline, ...all.filter((problem) => !told.has(faultOf(problem)))]);
}

function faultOf({ path }: Problem): string {
  return /^faults\[\d+\]/.exec(path)?.[0] ?? '';
}

/** A moment, from which or until which a fault is there. */
export function timeField(): z.ZodType<Instant, string> {
  return z.string().transform((source, context): Instant => {
    const instant = parseInstant(source);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message: 'expected a time with its offset, as 2025-12-02T15:55:00-05:00',
    });
    return z.NEVER;
  });
}
