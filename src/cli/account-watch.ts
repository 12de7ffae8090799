/** What `hgctl run` says of the account that it trades: at its start, and again when that changes. */
import type { Look } from '../actions/look.ts';
import { HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import { WHOLE } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { BrokerAccount } from '../observed/broker-view.ts';
import { BrokerUnavailable, type Ports, type Report } from '../reconciler/ports.ts';
import { ASKED_MAX, demanding, heldByActive, shortTrouble, termsText } from './account-terms.ts';

interface Asked {
  readonly ports: Pick<Ports, 'broker' | 'journal'>;
  readonly desired: DesiredState;
}

export interface AccountWatch {
  /** Costs no request: the account is read in every pass. */
  looked(look: Look, desired: DesiredState): void;
  /** Once, after a pass that has seen an account with margin: what is held of which more than half must be covered. */
  ask(world: Asked): Promise<void>;
}

export function watchAccount(report: Report): AccountWatch {
  let said = '';
  let trouble: string | null = null;
  let asks: 'not yet' | 'now' | 'done' = 'not yet';
  return {
    looked: ({ observed: { snapshot } }, desired) => {
      if (snapshot.account.kind === 'unknown') return;
      const { data: account } = snapshot.account;
      const line = accountLine(account);
      if (line !== said) report[account.blocked === undefined ? 'info' : 'warn'](CONTROLLER, line);
      said = line;
      const found = shortTrouble(account, desired);
      if (found !== null && found !== trouble) report.warn(CONTROLLER, found);
      trouble = found;
      if (asks === 'not yet' && account.terms !== undefined && account.terms.multiplier > WHOLE) asks = 'now';
    },
    ask: async ({ ports: { broker, journal }, desired }) => {
      if (asks !== 'now') return;
      asks = 'done';
      const line = await requirementLine(broker, heldByActive(desired, journal.ledger()));
      if (line !== null) report.info(CONTROLLER, line);
    },
  };
}

/** `Account PA3ABCDEFGH1 (paper) takes orders: buying power 4x equity, short sales possible`. */
function accountLine({ id, environment, blocked, terms }: BrokerAccount): string {
  const who = `Account ${id} (${environment})`;
  if (blocked !== undefined) return `${who} takes no orders: ${blocked}`;
  return `${who} takes orders${terms === undefined ? '' : `: ${termsText(terms)}`}`;
}

/** Null where there is nothing to say: for information only, nobody waits for an answer, or asks for it again. */
async function requirementLine(
  broker: Ports['broker'],
  held: ReturnType<typeof heldByActive>,
): Promise<string | null> {
  const asked = held.slice(0, ASKED_MAX);
  if (asked.length === 0) return null;
  try {
    const above = demanding(await broker.assets(asked.map(({ symbol }) => symbol)), asked);
    const cut = asked.length < held.length ? ` (of ${asked.length} of ${held.length} symbols)` : '';
    return above.length === 0 ? null : `Margin requirement above 50%: ${above.join(', ')}${cut}`;
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return null;
    throw error;
  }
}
