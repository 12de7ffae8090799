/** Orders that the broker knows nothing of: when they never were, when they go out again, and when nobody can say. */
import { describe, expect, test } from 'vitest';
import { endNeverCreated } from '../../src/actions/never-created.ts';
import type { Outcome } from '../../src/actions/outcome.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerFill, MarketClock, Observed } from '../../src/observed/broker-view.ts';
import type { IntentPayload, JournalEvent } from '../../src/observed/events.ts';
import { BrokerBarred } from '../../src/reconciler/ports.ts';
import { careOf, executing, shares, type Executing } from '../support/executing.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** How far the broker's clock may be behind. */
const SETTLE_WINDOW = 10 * SECOND;

const OWN = '2025-12-02';
const NEXT = '2025-12-03';
const UNKNOWN_CLOCK = { kind: 'unknown', reason: 'HTTP 503' } as const;

const clockOf = (date: string): Observed<MarketClock> => {
  const session = { date, open: 0 as Instant, close: 0 as Instant };
  const data = { now: 0 as Instant, isOpen: true, session, lastSubmit: null };
  return { kind: 'ok', data, asOf: 0 as Instant };
};

/** Ten shares of X that somebody has bought by hand, ten seconds before the order: as early as one that it made can look. */
const tradeOf = ({ home }: Executing, more: Partial<BrokerFill> = {}): BrokerFill => ({
  id: 'trade-1',
  brokerOrderId: 'by-hand',
  symbol: 'X',
  side: 'buy',
  quantity: shares(10),
  price: 100e6 as BrokerFill['price'],
  time: (home.clock.now() - SETTLE_WINDOW) as Instant,
  ...more,
});

/** What becomes of these orders, and since when the history was asked for. */
async function ending(
  under: Executing,
  intents: readonly IntentPayload[],
  clock: Observed<MarketClock>,
  history: readonly BrokerFill[] | 'down' = [],
) {
  const since: number[] = [];
  const broker = {
    ...under.home.broker,
    history: (from: Instant) => {
      since.push(from);
      return history === 'down'
        ? Promise.reject(new BrokerBarred('no word', 'wait'))
        : Promise.resolve(history);
    },
  };
  const execution = { ...under.execution, ports: { ...under.execution.ports, broker } };
  const known = under.home.journal.records.length;
  const outcomes = await endNeverCreated(execution, intents.map(careOf), clock);
  const records = under.home.journal.records.slice(known).map(({ event }) => event);
  return { outcomes: [...outcomes.values()], records, since };
}

const short = (outcome: Outcome): string =>
  outcome.kind === 'done' ? 'done' : `${outcome.kind} ${outcome.code}: ${outcome.detail}`;

const WAY_OUT = "'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it";
const told = (event: object) => event as JournalEvent;
const unseen = told({ type: 'order-unseen', fence: 1, clientOrderId: 'hg-1' });
const declined = told({ type: 'order-declined', fence: 1, clientOrderId: 'hg-1', detail: 'no' });
const created = told({ type: 'order-created', fence: 1, clientOrderId: 'hg-1', brokerOrderId: 'b-1' });

describe('an order that the broker does not know', () => {
  test('never was, an hour behind its session, where the history does not show it either', async () => {
    const under = await executing();
    const intent = under.intend();
    const since = under.home.clock.now() - SETTLE_WINDOW;
    under.home.clock.advance(HOUR);
    const ended = await ending(under, [intent], clockOf(NEXT));
    expect(ended.outcomes.map(short)).toEqual(['done']);
    expect(ended.since).toEqual([since]);
    expect(ended.records).toEqual([
      {
        type: 'order-ended',
        fence: 1,
        clientOrderId: 'hg-1',
        status: 'not-created',
        detail: 'its session has closed, and neither the broker nor the history knows it',
      },
    ]);
  });

  const NOT_YET = `in-doubt OrderNotSeen: the broker does not know hg-1 (yet): X takes no order in this session; ${WAY_OUT}`;

  test.each<[string, number, Observed<MarketClock>]>([
    ['sooner than an hour behind the last word on it', HOUR - 1, clockOf(NEXT)],
    ['where nobody knows which session it is', 0, UNKNOWN_CLOCK],
    ['where nobody knows that, an hour later', HOUR, UNKNOWN_CLOCK],
    ['in a session before its own', HOUR, clockOf('2025-12-01')],
  ])('may still show up %s', async (_, later, clock) => {
    const under = await executing();
    const intent = under.intend();
    under.home.clock.advance(later);
    const { outcomes, records, since } = await ending(under, [intent], clock);
    expect(outcomes.map(short)).toEqual([NOT_YET]);
    expect({ records, since }).toEqual({ records: [], since: [] });
  });

  test.each([
    ['that the broker has taken once', created],
    ['that it has refused since', declined],
  ])('and %s does not go out again in its session', async (_, event) => {
    const under = await executing();
    const intent = under.intend();
    under.home.journal.commit(event);
    const { outcomes, records, since } = await ending(under, [intent], clockOf(OWN));
    expect(outcomes.map(short)).toEqual([NOT_YET]);
    expect({ records, since }).toEqual({ records: [], since: [] });
  });

  test('and that somebody has given an end meanwhile is left alone', async () => {
    const under = await executing();
    const intent = under.intend();
    under.home.journal.commit(
      told({ type: 'order-ended', fence: 1, clientOrderId: 'hg-1', status: 'resolved', detail: '' }),
    );
    expect(await ending(under, [intent], clockOf(NEXT))).toEqual({ outcomes: [], records: [], since: [] });
  });
});

describe('an order that was lost in its session', () => {
  const AGAIN = `goes out again under the same id, and X takes no other order in this session; ${WAY_OUT}`;

  test.each([
    ['open', `the broker does not know hg-1 (yet): in the window of its slot, if it has one, it ${AGAIN}`],
    ['reduce', `the broker does not know hg-1: where it is still wanted it ${AGAIN}`],
  ] as const)('counts as not seen, and says when it goes out again (%s)', async (purpose, detail) => {
    const under = await executing();
    const intent = under.intend({ purpose });
    const first = await ending(under, [intent], clockOf(OWN));
    expect(first.outcomes.map(short)).toEqual([`in-doubt OrderNotSeen: ${detail}`]);
    expect(first.records).toEqual([{ type: 'order-unseen', fence: 1, clientOrderId: 'hg-1' }]);
    const second = await ending(under, [intent], clockOf(OWN));
    expect(second).toEqual({ ...first, records: [] });
  });

  test('counts so no more once the history cannot be read', async () => {
    const under = await executing();
    const intent = under.intend();
    const doubt = "the account's history is not available, which would show hg-1";
    const before = await ending(under, [intent], clockOf(OWN), 'down');
    expect(before.outcomes.map(short)).toEqual([`in-doubt OrderNotSeen: ${doubt}; ${WAY_OUT}`]);
    expect(before.records).toEqual([]);
    under.home.journal.commit(unseen);
    const after = await ending(under, [intent], clockOf(OWN), 'down');
    expect(after.outcomes).toEqual(before.outcomes);
    expect(after.records).toEqual([
      { type: 'order-unknown', fence: 1, clientOrderId: 'hg-1', detail: doubt },
    ]);
  });
});

describe('the history', () => {
  const late = async (): Promise<Executing & { readonly intent: IntentPayload }> => {
    const under = await executing();
    return { ...under, intent: under.intend() };
  };

  test('of an hour behind its session speaks for an order that it may show', async () => {
    const under = await late();
    const trade = tradeOf(under);
    under.home.clock.advance(HOUR);
    const { outcomes, records } = await ending(under, [under.intent], clockOf(NEXT), [trade]);
    expect(outcomes.map(short)).toEqual([
      `in-doubt OrderNotSeen: the broker does not know hg-1, and the history shows a buy of X (trade-1) that may be it; ${WAY_OUT}`,
    ]);
    expect(records).toEqual([]);
  });

  test('that is not available proves nothing', async () => {
    const under = await late();
    under.home.clock.advance(HOUR);
    const { outcomes, records } = await ending(under, [under.intent], clockOf(NEXT), 'down');
    expect(outcomes.map(short)).toEqual([
      `in-doubt OrderNotSeen: the account's history is not available, which would show hg-1; ${WAY_OUT}`,
    ]);
    expect(records).toEqual([]);
  });

  test('proves nothing of an order that the broker has taken once', async () => {
    const under = await late();
    under.home.journal.commit(created);
    under.home.clock.advance(HOUR);
    const { outcomes, records } = await ending(under, [under.intent], clockOf(NEXT));
    expect(outcomes.map(short)).toEqual([
      `in-doubt OrderNotSeen: the broker took hg-1 as b-1, and does not know it any more; ${WAY_OUT}`,
    ]);
    expect(records).toEqual([]);
  });

  test.each<[string, (under: Executing) => Partial<BrokerFill>]>([
    ['of another symbol', () => ({ symbol: 'Y' })],
    ['the other way', () => ({ side: 'sell' })],
    ['before it', ({ home }) => ({ time: (home.clock.now() - SETTLE_WINDOW - 1) as Instant })],
    ['of an order of ours', () => ({ brokerOrderId: 'b-2' })],
  ])('of trades %s does not speak for it', async (_, other) => {
    const under = await late();
    const trade = tradeOf(under, other(under));
    under.intend({ clientOrderId: 'hg-2', symbol: 'Y' });
    under.home.journal.commit(told({ ...created, clientOrderId: 'hg-2', brokerOrderId: 'b-2' }));
    under.home.clock.advance(HOUR);
    const { outcomes } = await ending(under, [under.intent], clockOf(NEXT), [trade]);
    expect(outcomes.map(short)).toEqual(['done']);
  });

  test('is asked for once, from the oldest of several orders on, and each is judged by itself', async () => {
    const under = await late();
    const since = under.home.clock.now() - SETTLE_WINDOW;
    under.home.clock.advance(HOUR);
    const younger = under.intend({ clientOrderId: 'hg-2' });
    const asked = await ending(under, [younger, under.intent], clockOf(NEXT));
    expect(asked.outcomes.map(short)).toEqual([
      expect.stringMatching(/^in-doubt OrderNotSeen: the broker does not know hg-2 \(yet\)/),
      'done',
    ]);
    expect(asked.since).toEqual([since]);
  });
});
