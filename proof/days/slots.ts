/**
 * Two sessions with schedules: from twenty past three until the close, and the next morning. Where nothing goes wrong any more, and
 * nobody has stopped anything, every slot has to have what it wants when its window closes, and every exit nothing when the
 * session is over.
 */
import { settle } from '../machine/trader.ts';
import { costsOf } from './costs.ts';
import type { Event } from './event.ts';
import { looksOf } from './looks.ts';
import type { Plot } from './plot.ts';
import {
  draw,
  momentOf,
  NAMES,
  plannedOn,
  START,
  THURSDAY,
  TUESDAY,
  UNIVERSES,
  WEDNESDAY,
  windowOf,
} from './schedules.ts';
import { Sessions } from './sessions.ts';
import { Stage, type Day } from './stage.ts';

/** What these hold is gone when their exits have come. */
const LEFT: ReadonlySet<string> = new Set(['night', 'swing']);

async function live(seed: number, events: readonly Event[]): Promise<Day> {
  const stage = new Stage({ seed, start: START, windowOf, isExchange: true });
  const sessions = new Sessions({ stage, seed, events, start: START });
  const { broker, prices } = costsOf(seed);
  settle(stage.machine, NAMES, { broker: { clock: 'exchange', ...broker }, ...(prices && { prices }) });
  await sessions.passTo(
    momentOf(TUESDAY, '16:01:00'),
    looksOf(sessions, () => plannedOn(TUESDAY, stage.wanted)),
  );
  await sessions.stop();
  await stage.passTo(momentOf(WEDNESDAY, '09:25:00'));
  const looks = looksOf(sessions, () => plannedOn(WEDNESDAY, stage.wanted));
  await sessions.passTo(momentOf(WEDNESDAY, '09:41:00'), looks);
  await stage.buyBack();
  await sessions.calmDown();
  // Before the slots of the morning look for what to buy.
  for (const symbol of sessions.traded)
    for (const name of NAMES.filter((one) => UNIVERSES[one].some((own) => own === symbol)))
      await stage.run('adopt', symbol, '--strategy', name, '--reason', 'it wants them');
  await sessions.passTo(momentOf(WEDNESDAY, '09:58:00'), looks);
  await sessions.stop();
  // What could not be sold in time is sold when its exit comes next.
  await stage.passTo(momentOf(WEDNESDAY, '15:55:30'));
  await stage.applyUntilDone();
  await stage.passTo(momentOf(THURSDAY, '09:51:00'));
  await stage.rests(await stage.applyUntilDone());
  for (const [name, { targets }] of stage.wanted) stage.compare(name, LEFT.has(name) ? {} : targets);
  for (const { state } of stage.guard.watcher.ledger.slots.values()) stage.count(`slots ${state}`);
  return stage.day();
}

export const slots: Plot = { name: 'slots', draw, live };
