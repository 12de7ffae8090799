/**
 * What companies have announced for symbols that books own: asked of the market once before each session for all of them,
 * and where books and broker differ. No answer is not "none": it is asked for again.
 */
import { sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { dateOf, MINUTE, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { Announced } from '../observed/observed-state.ts';
import { followedUpTo, ownedSymbols } from '../observed/announced.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { lookAheadAt, nextLookAhead } from '../reconciler/wake-times.ts';
import { knownActions } from './action-doubts.ts';

/** The looks of one pass ask once. */
const KEPT = MINUTE;

type Asking = Pick<Ports, 'market' | 'clock'>;

interface Told {
  readonly at: Instant;
  /** The session up to which was asked. */
  readonly session: CalendarDate;
  readonly announced: Announced;
}

/** Kept by whoever makes many passes; one for a single pass. */
export class Announcements {
  readonly #told = new Map<string, Told>();
  #ahead: CalendarDate | null = null;

  /** In the quarter of an hour before a session opens, until there was an answer: what is held. Later, no slot waits for it. */
  async lookAhead(ports: Asking & Pick<Ports, 'journal'>, calendar?: CalendarOverrides): Promise<void> {
    const now = ports.clock.now();
    const today = sessionOn(dateOf(now), calendar);
    if (today === null || now < lookAheadAt(today) || now >= today.open || this.#ahead === today.date) return;
    const ledger = ports.journal.refresh();
    const held = ownedSymbols(ledger);
    if (held.length === 0) return;
    const all = await this.#ask(ports, ledger, held, today.date);
    if (all.every(({ kind }) => kind === 'ok')) this.#ahead = today.date;
  }

  /** When that is due next; null for who holds nothing. */
  nextLook(
    { clock, journal }: Pick<Ports, 'clock' | 'journal'>,
    calendar?: CalendarOverrides,
  ): Instant | null {
    return ownedSymbols(journal.ledger()).length === 0 ? null : nextLookAhead(clock.now(), calendar);
  }

  /** What is known up to `session` of what books own; of `doubtful` symbols as of now. */
  async about(
    ports: Asking,
    ledger: Ledger,
    { doubtful, session }: { readonly doubtful: readonly string[]; readonly session: CalendarDate },
  ): Promise<ReadonlyMap<string, Announced>> {
    const now = ports.clock.now();
    const lacking = doubtful.filter((symbol) => {
      const told = this.#told.get(symbol);
      return told?.session !== session || now - told.at >= KEPT;
    });
    if (lacking.length > 0) await this.#ask(ports, ledger, lacking, session);
    const known = ownedSymbols(ledger).flatMap((symbol) => {
      const told = this.#told.get(symbol);
      return told?.session === session ? [[symbol, told.announced] as const] : [];
    });
    return new Map(known);
  }

  async #ask(
    { market, clock }: Asking,
    ledger: Ledger,
    symbols: readonly string[],
    session: CalendarDate,
  ): Promise<readonly Announced[]> {
    const at = clock.now();
    const since = symbols.map((symbol) => followedUpTo(ledger, symbol)).sort(compareText);
    const first = since[0] ?? session;
    const span = { from: first < session ? first : session, to: session };
    const answer = await knownActions(market, symbols, span);
    return symbols.map((symbol) => {
      const announced: Announced =
        typeof answer === 'string'
          ? { kind: 'unknown', reason: answer }
          : { kind: 'ok', data: answer.get(symbol) ?? [], asOf: at };
      this.#told.set(symbol, { at, session, announced });
      return announced;
    });
  }
}
