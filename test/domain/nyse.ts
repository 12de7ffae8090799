/** Closed weekdays and 13:00 closes of the New York Stock Exchange, as `MM-DD`. Published facts, kept as data. */
export interface ExchangeYear {
  readonly closed: readonly string[];
  readonly early: readonly string[];
}

function year(text: string): ExchangeYear {
  const [closed = '', early = ''] = text.split('|');
  return { closed: closed.trim().split(' '), early: early.trim().split(' ') };
}

// prettier-ignore
export const NYSE: Readonly<Record<string, ExchangeYear>> = {
  2018: year('01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 12-05 12-25       | 07-03 11-23 12-24'),
  2019: year('01-01 01-21 02-18 04-19 05-27 07-04 09-02 11-28 12-25             | 07-03 11-29 12-24'),
  2020: year('01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25             | 11-27 12-24'),
  2021: year('01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24             | 11-26'),
  2022: year('01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26             | 11-25'),
  2023: year('01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25       | 07-03 11-24'),
  2024: year('01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25       | 07-03 11-29 12-24'),
  2025: year('01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25 | 07-03 11-28 12-24'),
  2026: year('01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25       | 11-27 12-24'),
  2027: year('01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24       | 11-26'),
  2028: year('01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25             | 07-03 11-24'),
};
