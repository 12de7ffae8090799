/** What went wrong in the passes of a simulation: each once, and how often. */
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { PassReport } from '../reconciler/controller.ts';

export interface Troubles {
  note(pass: PassReport, now: Instant): void;
  /** `sessions`: how many there were. */
  remarks(sessions: number): string[];
}

interface Trouble {
  readonly first: string;
  readonly dates: Set<CalendarDate>;
}

/** Of signals that could not decide, by strategy, and of passes that could not be made. */
export function troubles(): Troubles {
  const known = new Map<string, Trouble>();
  const add = (who: string, what: string, now: Instant): void => {
    const trouble = known.get(who) ?? { first: what, dates: new Set() };
    trouble.dates.add(dateOf(now));
    known.set(who, trouble);
  };
  return {
    note: ({ plan, trouble }, now) => {
      if (trouble !== null) add(CONTROLLER, trouble, now);
      for (const { strategy, reason, detail } of plan?.notDone ?? [])
        if (reason === 'SignalFailed' && strategy !== null) add(strategy, detail, now);
    },
    remarks: (sessions) =>
      [...known].map(([who, { first, dates }]) => {
        const what = who === CONTROLLER ? 'a pass could not be made' : `${who} could not decide`;
        const [date = ''] = dates;
        return `${what} on ${String(dates.size)} of ${String(sessions)} sessions, first on ${date}: ${first}`;
      }),
  };
}
