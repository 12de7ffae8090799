/** `hgctl conformance`: whether a broker does what hgctl relies on, case by case. Opens no data folder. */
import { randomUUID } from 'node:crypto';
import { stopExit } from '../../actions/interrupted.ts';
import { alpacaBroker } from '../../broker/alpaca/alpaca.ts';
import type { ConformanceCase } from '../../conformance/case.ts';
import { CASES } from '../../conformance/cases.ts';
import type { Form } from '../../conformance/harness.ts';
import { realAccountForm } from '../../conformance/real-account.ts';
import { runCases, type CaseResult } from '../../conformance/run.ts';
import type { AlpacaBroker, DesiredAccount } from '../../desired/desired-state.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { closest } from '../../domain/suggest.ts';
import { BrokerBarred, BrokerUnavailable, type Clock } from '../../reconciler/ports.ts';
import { systemClock } from '../../store/clocks.ts';
import { findAlpacaKeys } from '../alpaca-keys.ts';
import { embeddedForm, IN_PROCESS, type EmbeddedOptions } from '../conformance-embedded.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { parseTextOrJson, renderJson } from '../output/formats.ts';
import { refuseRehearsal, variable } from '../places.ts';
import { progress } from '../progress.ts';
import { conformanceItem, conformanceTable, countsOf } from '../views/conformance.ts';

export interface ConformanceOptions extends Omit<GlobalOptions, 'data'> {
  readonly only?: readonly string[];
  readonly throughServer?: true;
  readonly output: string;
}

/** ms: what takes longer says how far it is. */
const PROGRESS_AFTER = 3_000;

export async function runConformance(io: Io, options: ConformanceOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const cases = casesOf(options.only);
  const { account } = readManifests(io, options).desired;
  const clock = systemClock();
  const form = await formOf(io, choiceOf(io, account, options), clock);
  io.stderr(`Checking ${form.name}\n`);
  const progressed = progress(io, 'cases', { after: PROGRESS_AFTER });
  const results: CaseResult[] = [];
  for await (const result of runCases({ cases, form, clock, stop: io.stop })) {
    results.push(result);
    progressed(results.length, cases.length);
  }
  const counts = countsOf(results, cases.length);
  io.stdout(
    format === 'table'
      ? conformanceTable(results, counts)
      : renderJson({ kind: 'Conformance', broker: form.name, counts, cases: results.map(conformanceItem) }),
  );
  if (io.stop.requested()) return stopExit(io.stop);
  return counts.failed + counts.notRun > 0 ? EXIT.differs : EXIT.done;
}

function casesOf(only: readonly string[] | undefined): readonly ConformanceCase[] {
  if (only === undefined) return CASES;
  const ids = CASES.map(({ id }) => id);
  for (const id of only.filter((wanted) => !ids.includes(wanted))) {
    const likely = closest(id, ids);
    const question = likely === undefined ? '' : `did you mean ${likely}? `;
    throw new HgctlError(EXIT.usage, `there is no case ${JSON.stringify(id)}`, {
      hint: `${question}docs/conformance.md and 'hgctl conformance' list all of them`,
    });
  }
  return CASES.filter(({ id }) => only.includes(id));
}

/** How the broker of an account is reached. */
type Choice =
  | { readonly kind: 'embedded'; readonly through: 'process' | 'server' }
  | {
      readonly kind: 'paper';
      readonly settings: AlpacaBroker;
      readonly account: string;
      readonly timeout: number;
    };

function choiceOf(
  io: Io,
  { broker, execution }: DesiredAccount,
  { throughServer }: ConformanceOptions,
): Choice {
  if (throughServer === true) return { kind: 'embedded', through: 'server' };
  if (broker.type === 'simulated') return { kind: 'embedded', through: 'process' };
  refuseRehearsal(io);
  if (broker.environment !== 'paper')
    throw new HgctlError(EXIT.refused, 'the Account is one with real money: the kit trades on paper only', {
      hint: 'give it manifests with broker: {type: alpaca, environment: paper}',
    });
  const account = variable(io, 'HGCTL_CONFORMANCE');
  if (account === undefined)
    throw new HgctlError(
      EXIT.refused,
      'the kit would send orders to the paper account, and was not told that it may',
      {
        hint: 'set HGCTL_CONFORMANCE to the number of the account; docs/conformance.md says what is traded',
      },
    );
  if (broker.accountId !== undefined && broker.accountId !== account)
    throw new HgctlError(
      EXIT.refused,
      `HGCTL_CONFORMANCE is ${account}, and the Account is ${broker.accountId}`,
      {
        hint: 'both must name the same paper account',
      },
    );
  return { kind: 'paper', settings: broker, account, timeout: execution.requestTimeout };
}

/** Cheap, and traded by the million. */
const SYMBOL = 'F';

async function formOf(io: Io, choice: Choice, clock: Clock): Promise<Form> {
  if (choice.kind === 'embedded')
    return embeddedForm(choice.through === 'server' ? await throughServer() : IN_PROCESS);
  const { settings, account, timeout } = choice;
  const broker = alpacaBroker({
    settings,
    keys: () => findAlpacaKeys(settings.keysFile, io.environment),
    allowedLive: undefined,
    clock,
    requestTimeout: timeout,
    tell: (message) => io.stderr(`warning: ${message}\n`),
  });
  const run = randomUUID().slice(0, 8);
  try {
    return await realAccountForm({ broker, clock, account, run, symbol: SYMBOL });
  } catch (cause) {
    if (!(cause instanceof BrokerUnavailable)) throw cause;
    const hint = cause instanceof BrokerBarred ? { hint: cause.advice } : {};
    throw new HgctlError(EXIT.broker, 'the broker does not answer', { cause, ...hint });
  }
}

/** Server and adapter are loaded by those who want them only. */
async function throughServer(): Promise<EmbeddedOptions> {
  return (await import('../conformance-served.ts')).THROUGH_SERVER;
}
