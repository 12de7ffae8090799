/** Whether each table that a signal reads can be used, and how old what it knows is. */
import { dateOf } from '../../domain/instant.ts';
import { ageOf } from '../../strategies/omr-provenance.ts';
import type { HealthFacts } from './facts.ts';
import { counted, fine, some, warning, type Check } from './verdicts.ts';

/** An old table warns and stops nothing: it is out of date by a few rows of thousands, and no error of today. */
export function tables({ tables: known, now, desired, settings }: HealthFacts): Check {
  const wrong: string[] = [];
  for (const { strategy, table } of known) {
    if (typeof table === 'string') {
      wrong.push(`${strategy} enters nothing: ${table}`);
      continue;
    }
    const age = ageOf(table, dateOf(now), desired.account.calendar);
    if (age > settings.maxTableAge)
      wrong.push(
        `${strategy}: that of ${table.training.lastDate} lacks ${counted(age, 'session')}, more than ${settings.maxTableAge}; 'hgctl train ${strategy}' makes a new one`,
      );
  }
  if (wrong.length > 0) return warning('tables', some(wrong));
  return fine(
    'tables',
    known.length === 0 ? 'none is read' : `${counted(known.length, 'table')}, none too old`,
  );
}
