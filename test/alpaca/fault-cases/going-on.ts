/** What goes wrong while a command, or the controller, goes on: a broker that is gone, a stream that does not tell. */
import {
  apply,
  purchase,
  sale,
  type FaultCase,
  type Meanwhile,
  type Step,
  type Turn,
} from '../../support/fault-case.ts';

const ID = 'hg-core-20251202-plan-...';
const NOTHING = 'Nothing.';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function run(until: string, says: string, meanwhile: readonly Meanwhile[]): Step {
  return { hgctl: `run --until 2025-12-02T${until}-05:00`, exit: 0, says, meanwhile };
}

/** The controller runs, and holds BND; then it wants VTI, too. */
function edited(given: Pick<Turn, 'steps'>): Turn {
  const turn = { held: { BND: '5' }, wanted: { BND: '5' }, books: { BND: '5', VTI: '10' } };
  return purchase({ of: 'the controller, and a manifest that is edited', ...turn, ...given });
}

/** Once the stream is there. */
const EDIT: readonly Meanwhile[] = [
  { after: MINUTE, heard: 'stream: a client listens' },
  { after: 2 * MINUTE, wanted: { BND: '5', VTI: '10' } },
];

const DOWN =
  '[!] [HGCTL] the stream of the broker is down, and orders are asked for as ever: Unexpected server response: 503';
const FILLED = '[CORE] Order filled: 10 shares @ $276.40';

const BROKER: readonly FaultCase[] = [
  {
    id: 'gone-while-followed',
    title: 'The broker is gone for 20 s while an order is followed',
    story: 'The order was taken. It is asked for until the broker is back, and booked then.',
    script: '',
    turns: [
      purchase({
        steps: [
          {
            ...apply(0, FILLED),
            meanwhile: [
              { after: 50, server: 'gone' },
              { after: 20 * SECOND, server: 'back' },
            ],
          },
        ],
      }),
    ],
    todo: NOTHING,
  },
  {
    id: 'gone-in-the-middle',
    title: 'The broker is gone in the middle of a command',
    story:
      'A sale was taken and its end is not known: the purchase that was to follow it does not start. The next command finds out about the sale, books it, and goes on.',
    script: '',
    turns: [
      sale({
        of: 'a sale and a purchase',
        wanted: { VTI: '4', BND: '5' },
        steps: [
          {
            ...apply(12, 'in-doubt: reduce/core/VTI: HandedOver: 0 of 6 filled, 6 left (created)'),
            meanwhile: [{ after: 500, server: 'gone' }],
          },
          { server: 'back' },
          apply(0, `[CORE] Resolving order ${ID}`),
        ],
        orders: ['sell VTI: filled 6 of 6', 'buy BND: filled 5 of 5'],
        books: { BND: '5', VTI: '4' },
      }),
    ],
    todo: '`hgctl apply` once the broker is back; `hgctl run` does so by itself.',
  },
  {
    id: 'gone-for-ten-minutes',
    title: 'The broker is gone for ten minutes under the controller',
    story:
      'An order is open when the broker goes, and fills while it is gone. The controller says once that nobody answers, tries again, and books the fill when somebody does.',
    script: '',
    turns: [
      purchase({
        of: 'the controller',
        steps: [
          run('11:30:00', '[HGCTL] The trouble is over', [
            { after: 50, server: 'gone' },
            { after: 10 * MINUTE, server: 'back' },
          ]),
        ],
      }),
    ],
    todo: NOTHING,
  },
];

const STREAM: readonly FaultCase[] = [
  {
    id: 'stream-gone-for-an-hour',
    title: 'The stream is gone for an hour, and an order fills meanwhile',
    story:
      'No event of the hour is ever told. The order is not filled in time, cannot be cancelled (503), and fills ten minutes after it was sent. The controller asks for orders as ever, finds the fill, and books it; later the stream comes back.',
    script:
      '  - {on: stream connect, effect: refused, status: 503, until: "2025-12-02T12:00:00-05:00", times: 999}\n  - {on: POST /v2/orders, effect: order, fillAfter: 10m}\n  - {on: \'DELETE /v2/orders/{id}\', effect: status, status: 503, until: "2025-12-02T12:00:00-05:00", times: 999}\n',
    turns: [
      edited({
        steps: [
          run('12:30:00', DOWN, [
            { after: MINUTE, heard: 'the stream of the broker is down' },
            { after: 2 * MINUTE, wanted: { BND: '5', VTI: '10' } },
            { after: 70 * MINUTE, heard: 'the stream of the broker is back' },
          ]),
        ],
      }),
    ],
    todo: NOTHING,
  },
  {
    id: 'lost-events',
    title: 'The stream is there, and tells nothing',
    story:
      'Events of the stream make hgctl ask earlier, and are no answer themselves: what is true is asked for.',
    script: '  - {on: stream, effect: lost, times: 999}\n',
    turns: [edited({ steps: [run('11:30:00', FILLED, EDIT)] })],
    todo: NOTHING,
  },
  {
    id: 'doubled-events',
    title: 'The stream tells everything twice',
    story: 'A fill is what the order has filled beyond what is booked. The same word again adds nothing.',
    script: '  - {on: stream, effect: doubled, times: 999}\n',
    turns: [edited({ steps: [run('11:30:00', FILLED, EDIT)] })],
    todo: NOTHING,
  },
  {
    id: 'reordered-events',
    title: 'The stream tells the fill before the order',
    story: 'The order of the events does not matter.',
    script: '  - {on: stream, effect: reordered, times: 999}\n',
    turns: [edited({ steps: [run('11:30:00', FILLED, EDIT)] })],
    todo: NOTHING,
  },
  {
    id: 'stream-breaks-at-the-fill',
    title: 'The stream breaks at the fill',
    story: 'The event of the fill is lost with the connection. The fill is found by asking.',
    script: '  - {on: stream, event: fill, effect: down, for: 10m}\n',
    turns: [edited({ steps: [run('11:30:00', FILLED, EDIT)] })],
    todo: NOTHING,
  },
];

export const GOING_ON: readonly FaultCase[] = [...BROKER, ...STREAM];
