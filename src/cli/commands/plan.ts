/** `hgctl plan`: the exact orders that apply would send, and why. Changes nothing. */
import { EXIT, strongestExit, type ExitCode } from '../../domain/errors.ts';
import type { Plan } from '../../reconciler/plan-types.ts';
import { hasWork } from '../../reconciler/plan.ts';
import { lookAndPlan } from '../../reconciler/reconcile.ts';
import { openWorld } from '../compose.ts';
import { passOf, warnOfRefusal } from '../prepare.ts';
import { stopExits } from '../stop-exits.ts';
import { styleOf, type GlobalOptions, type Io } from '../io.ts';
import { parseTextOrJson } from '../output/formats.ts';
import { renderJson } from '../output/formats.ts';
import { planJson } from '../output/plan-json.ts';
import { planText } from '../output/plan-text.ts';

export interface PlanOptions extends GlobalOptions {
  readonly output: string;
  readonly detailedExitcode?: boolean;
}

export async function runPlan(io: Io, options: PlanOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const world = openWorld(io, options);
  try {
    const pass = passOf(io, world);
    await pass.announcements?.lookAhead(pass.ports, pass.desired.account.calendar);
    const { plan } = await lookAndPlan(pass, false);
    if (format === 'json') io.stdout(renderJson(planJson(plan) as object));
    else io.stdout(`${planText(plan, { style: styleOf(io, options), locate: world.manifests.locate })}\n`);
    await warnOfRefusal(io, world);
    if (plan.needsSecondLook)
      io.stderr('note: apply looks a second time before it decides on what is missing\n');
    return planExit(io, plan, options.detailedExitcode ?? false);
  } finally {
    world.close();
  }
}

function planExit(io: Io, plan: Plan, detailed: boolean): ExitCode {
  const codes: ExitCode[] = [...holdExits(plan), ...stopExits(io)];
  if (detailed && hasWork(plan)) codes.push(EXIT.changes);
  return strongestExit(codes);
}

/** Of all that is not done, only a closed market and a broker that does not answer change the exit code. */
export function holdExits(plan: Plan): ExitCode[] {
  return plan.notDone.flatMap(({ reason }): ExitCode[] => {
    if (reason === 'MarketClosed') return [EXIT.closed];
    return UNKNOWN.has(reason) ? [EXIT.broker] : [];
  });
}

const UNKNOWN: ReadonlySet<string> = new Set([
  'AccountUnknown',
  'PositionsUnknown',
  'OrdersUnknown',
  'ClockUnknown',
]);
