/** On which terms the broker lets the account trade; no row where it does not say. */
import { formatPercent, ratioOf, type Ratio } from '../../domain/decimal.ts';
import type { BrokerAccount } from '../../observed/broker-view.ts';
import { demanding, shortTrouble, termsText } from '../account-terms.ts';
import type { HealthFacts } from './facts.ts';
import { counted, failing, fine, warning, type Check } from './verdicts.ts';

/** So near to a margin call one bad day is enough. */
const NEAR = 800_000 as Ratio;

export function termsChecks(facts: HealthFacts): Check[] {
  const { account: answer } = facts.observed.snapshot;
  if (answer.kind === 'unknown') return [];
  const { data: account } = answer;
  if (account.blocked !== undefined) return [failing('terms', account.blocked)];
  if (account.terms === undefined) return [];
  const maintenance = maintenanceOf(account);
  const trouble = shortTrouble(account, facts.desired);
  const said = [
    termsText(account.terms),
    maintenance?.text ?? null,
    requirementsText(facts.margins),
    trouble,
  ].filter((text) => text !== null);
  return [verdictOf(maintenance, trouble)('terms', said.join('; '))];
}

interface Maintenance {
  readonly text: string;
  readonly isNear: boolean;
  readonly isOver: boolean;
}

function maintenanceOf({ terms, equity }: BrokerAccount): Maintenance | null {
  const margin = terms?.maintenanceMargin;
  if (margin === undefined) return null;
  const isOver = margin > equity;
  const part = ratioOf(margin, equity);
  const rounded = (Math.round(part / 1_000) * 1_000) as Ratio;
  const text =
    equity > 0 || !isOver
      ? `maintenance margin ${formatPercent(rounded)} of equity`
      : 'maintenance margin, and no equity';
  return { text, isNear: part > NEAR, isOver };
}

function verdictOf(
  maintenance: Maintenance | null,
  trouble: string | null,
): (name: string, message: string) => Check {
  if (maintenance?.isOver === true) return failing;
  return maintenance?.isNear === true || trouble !== null ? warning : fine;
}

function requirementsText(margins: HealthFacts['margins']): string | null {
  if (margins === null) return null;
  const { assets, asked, left } = margins;
  if (assets.kind === 'unknown') return `margin requirements are not known: ${assets.reason}`;
  const cut = left === 0 ? '' : ` (${counted(left, 'symbol')} beyond ${asked.length} not asked for)`;
  const above = demanding(assets.data, asked);
  if (above.length === 0) return left === 0 ? null : `margin requirement at most 50%${cut}`;
  return `margin requirement above 50%: ${above.join(', ')}${cut}`;
}
