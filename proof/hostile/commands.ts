/** Cases through the whole program on real files: what is invalid is refused with its place, and nothing is executed. */
import { EXIT } from '../../src/domain/errors.ts';
import type { Broken } from '../part.ts';
import type { STATE } from './desk.ts';
import { bytesOf, JOURNAL, sameFiles, type Desk, type Told } from './desk.ts';
import { fileNameOf } from './judge-manifests.ts';
import type { Base } from './manifests.ts';

export type CommandFinding = Broken | null;

const CODES: ReadonlySet<number | null> = new Set(Object.values(EXIT).filter((code) => code !== EXIT.bug));

/** What reads a journal: its checker, its books, its events, its orders and its days. */
const READING = [
  'journal verify',
  'status',
  'plan',
  'get positions',
  'get orders',
  'events',
  'report eod',
  'health',
  'why fixed VTI',
];

/** A manifest, or the toggle file, that is invalid: exit 4, `file:line:column`, and the data folder as it was. */
export async function refusedManifest(desk: Desk, base: Base, bytes: Buffer): Promise<CommandFinding> {
  desk.lay(base, bytes);
  const told = await desk.run('apply', '--yes');
  const trouble = crashed(told) ?? executed(desk, told);
  if (trouble !== null) return trouble;
  if (told.code !== EXIT.invalid)
    return { invariant: 'exit-code-of-the-table', what: `exit ${String(told.code)}: ${told.text}` };
  const place = new RegExp(`${fileNameOf(base).replaceAll('.', '\\.')}:\\d+:\\d+`);
  // Trouble between two files may be told at the other one.
  if (!place.test(told.text) && !/\.yaml:\d+:\d+/.test(told.text))
    return { invariant: 'always-a-place', what: told.text };
  desk.lay(base, bytesOf(base));
  return asBefore(desk, base);
}

/** A manifest that is still valid: it can be planned, and a plan writes nothing. */
export async function plannedManifest(desk: Desk, base: Base, bytes: Buffer): Promise<CommandFinding> {
  desk.lay(base, bytes);
  const told = await desk.run('plan');
  const trouble = crashed(told) ?? executed(desk, told);
  if (trouble !== null) return trouble;
  if (told.code === EXIT.invalid)
    return { invariant: 'valid-can-be-planned', what: `exit ${String(told.code)}: ${told.text}` };
  desk.lay(base, bytesOf(base));
  return asBefore(desk, base);
}

/** A state file that is not what we wrote, or a journal that cannot be trusted: nothing is executed. */
export async function refusedData(
  desk: Desk,
  base: Base,
  { name, bytes }: { readonly name: typeof STATE | typeof JOURNAL; readonly bytes: Buffer },
): Promise<CommandFinding> {
  desk.lay(base, bytesOf(base));
  const whole = desk.now().get(name);
  desk.spoil(name, bytes);
  const before = desk.now();
  const told = await desk.run('apply', '--yes');
  const crash = crashed(told);
  if (crash !== null) return crash;
  const after = desk.now();
  const kept = new Map([...after].filter(([file]) => before.has(file)));
  // A copy of an edited file is kept beside it.
  if (told.code === EXIT.done || !sameFiles(before, kept))
    return { invariant: 'never-an-execution', what: `exit ${String(told.code)}: ${told.text}` };
  for (const look of ['status', 'plan', 'get positions']) {
    const trouble = crashed(await desk.run(...look.split(' ')));
    if (trouble !== null) return trouble;
  }
  if (whole !== undefined) desk.spoil(name, whole);
  return asBefore(desk, base);
}

/**
 * A journal that its writer has filled with nonsense, and given right checksums: whoever reads it says what it says, or
 * why not, and changes nothing. What makes sense is believed (SECURITY.md, "What is not defended").
 */
export async function readForged(desk: Desk, base: Base, bytes: Buffer): Promise<CommandFinding> {
  desk.lay(base, bytesOf(base));
  const whole = desk.now().get(JOURNAL);
  desk.spoil(JOURNAL, bytes);
  const before = desk.now();
  for (const look of READING) {
    const told = await desk.run(...look.split(' '));
    const trouble = crashed(told);
    if (trouble !== null) return { ...trouble, what: `${look}: ${trouble.what}` };
    if (!sameFiles(before, desk.now()))
      return { invariant: 'never-an-execution', what: `${look}: ${told.text}` };
  }
  if (whole !== undefined) desk.spoil(JOURNAL, whole);
  return asBefore(desk, base);
}

/** Once the file is as it was, hgctl says what it said before, to the letter. */
async function asBefore(desk: Desk, base: Base): Promise<CommandFinding> {
  const told = await desk.run('plan');
  const before = await desk.planOf(base);
  if (told.code === before.code && told.text === before.text) return null;
  return {
    invariant: 'and-back-again',
    what: `plan: exit ${String(told.code)}: ${told.text}, and before: exit ${String(before.code)}: ${before.text}`,
  };
}

function crashed({ code, text }: Told): CommandFinding {
  if (!CODES.has(code) || /^bug: /m.test(text))
    return { invariant: 'never-a-crash', what: `exit ${String(code)}: ${text}` };
  return traced({ code, text });
}

function traced({ text }: Told): CommandFinding {
  return /^\s+at .*:\d+:\d+\)?$/m.test(text) ? { invariant: 'never-a-stack-trace', what: text } : null;
}

function executed(desk: Desk, told: Told): CommandFinding {
  return sameFiles(desk.now(), desk.data)
    ? null
    : {
        invariant: 'never-an-execution',
        what: `the data folder has changed, exit ${String(told.code)}: ${told.text}`,
      };
}
