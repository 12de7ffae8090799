/** What becomes of an order that was taken, and of the wish to cancel it. */
import { apply, both, purchase, sale, type FaultCase, type Turn } from '../../support/fault-case.ts';

const NOTHING = 'Nothing.';
const AGAIN = '`hgctl apply` goes on with the rest; `hgctl run` does so by itself.';

const DONE = 'Apply: 1 done, 0 failed, 0 skipped, 0 not started.';

/** Three shares fill, and no more. */
const PARTLY: readonly Turn[] = [
  purchase({
    steps: [apply(10, 'failed: open/core/VTI: PartialFill: 3 of 10 filled, 7 left (canceled)')],
    orders: ['buy VTI: canceled 3 of 10'],
    books: { VTI: '3' },
  }),
  sale({
    steps: [apply(10, 'failed: reduce/core/VTI: PartialFill: 3 of 6 filled, 3 left (canceled)')],
    orders: ['sell VTI: canceled 3 of 6'],
    books: { VTI: '7' },
  }),
];

export const FATES: readonly FaultCase[] = [
  {
    id: 'accept-then-reject',
    title: 'The order is taken, and rejected 2 s later',
    story:
      'The status says so, and no answer did. What was filled by then would be booked; here it is nothing.',
    script: '  - {on: POST /v2/orders, effect: order, fillAfter: 10s, rejectAfter: 2s}\n',
    turns: [
      purchase({
        steps: [apply(10, 'failed: open/core/VTI: NotFilled: 0 of 10 filled, 10 left (rejected)')],
        orders: ['buy VTI: rejected 0 of 10'],
        books: {},
      }),
      sale({
        steps: [apply(10, 'failed: reduce/core/VTI: NotFilled: 0 of 6 filled, 6 left (rejected)')],
        orders: ['sell VTI: rejected 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: AGAIN,
  },
  {
    id: 'partial-fill',
    title: 'The order fills in part',
    story:
      'After `execution.fillTimeout` (30 s) the rest is cancelled. The book has what was filled, at its price.',
    script: '  - {on: POST /v2/orders, effect: order, fills: "3"}\n',
    turns: PARTLY,
    todo: AGAIN,
  },
  {
    id: 'halted-symbol',
    title: 'The symbol is halted',
    story:
      'The order is taken and waits for the end of the halt. After `execution.fillTimeout` it is cancelled.',
    script: '  - {on: POST /v2/orders, effect: halt, until: "2025-12-02T12:00:00-05:00"}\n',
    turns: [
      purchase({
        steps: [apply(10, 'failed: open/core/VTI: NotFilled: 0 of 10 filled, 10 left (canceled)')],
        orders: ['buy VTI: canceled 0 of 10'],
        books: {},
      }),
      sale({
        steps: [apply(10, 'failed: reduce/core/VTI: NotFilled: 0 of 6 filled, 6 left (canceled)')],
        orders: ['sell VTI: canceled 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: AGAIN,
  },
  {
    id: 'cancel-504-done',
    title: 'The cancel is carried out, and a gateway answers 504',
    story: 'A cancel is a wish: what became of it is read from the order.',
    script:
      '  - {on: POST /v2/orders, effect: order, fills: "3"}\n  - {on: \'DELETE /v2/orders/{id}\', effect: status, status: 504, when: after, page: html, message: Gateway Time-out}\n',
    turns: PARTLY,
    todo: AGAIN,
  },
  {
    id: 'cancel-504-not-done',
    title: 'The cancel is lost, and a gateway answers 504',
    story: 'The order is still open, so the cancel is asked for again after 5 s.',
    script:
      '  - {on: POST /v2/orders, effect: order, fills: "3"}\n  - {on: \'DELETE /v2/orders/{id}\', effect: status, status: 504, page: html, message: Gateway Time-out}\n',
    turns: PARTLY,
    todo: AGAIN,
  },
  {
    id: 'cancel-422',
    title: '422: the cancel comes too late',
    story:
      'The broker says that the order is over, and shows its fill a little later. The order is followed until it shows, the fill is booked, and no cancel is repeated.',
    script:
      '  - {on: POST /v2/orders, effect: order, fillAfter: 32s}\n  - {on: \'DELETE /v2/orders/{id}\', effect: status, status: 422, code: 42210000, message: order is already in "filled" state}\n',
    turns: both(0, DONE, DONE),
    todo: NOTHING,
  },
  {
    id: 'cancel-never',
    title: 'The broker takes no cancel',
    story:
      'The order stays open. After `execution.cancelAllowance` the command ends in doubt, and the symbol takes no other order. The next command cancels it, books what it filled, and the one after it goes on with the rest.',
    script:
      '  - {on: POST /v2/orders, effect: order, fills: "3"}\n  - {on: \'DELETE /v2/orders/{id}\', effect: status, status: 500, times: 99}\n',
    turns: [
      purchase({
        steps: [apply(12, 'in-doubt: open/core/VTI: HandedOver: 3 of 10 filled, 7 left (created)')],
        orders: ['buy VTI: partially_filled 3 of 10'],
        journal: ['buy VTI: handed-over 3 of 10'],
        books: { VTI: '3' },
        rest: { at: 'same day', first: 'apply --yes' },
      }),
      sale({
        steps: [apply(12, 'in-doubt: reduce/core/VTI: HandedOver: 3 of 6 filled, 3 left (created)')],
        orders: ['sell VTI: partially_filled 3 of 6'],
        journal: ['sell VTI: handed-over 3 of 6'],
        books: { VTI: '7' },
        rest: { at: 'same day', first: 'apply --yes' },
      }),
    ],
    todo: '`hgctl apply` once the broker is back.',
  },
  {
    id: 'hidden-after-answer',
    title: 'The order is taken, and then not shown for 20 s',
    story:
      'An order that the broker has confirmed is there, whatever lists and look-ups say: it is asked for until it shows.',
    script: '  - {on: POST /v2/orders, effect: late, hiddenFor: 20s}\n',
    turns: both(0, DONE, DONE),
    todo: NOTHING,
  },
  {
    id: 'unknown-status',
    title: 'The order has a status that nobody knows',
    story: 'It counts as working, and is followed until it has an end that is known. It is said once.',
    script:
      '  - {on: POST /v2/orders, effect: order-status, status: pending_review}\n  - {on: GET /v2/orders, effect: order-status, status: pending_review, times: 99}\n',
    turns: both(
      0,
      '[!] [HGCTL] the broker names an order status that is not known: pending_review; such orders count as working',
      '[!] [HGCTL] the broker names an order status that is not known: pending_review; such orders count as working',
    ),
    todo: 'Nothing now; look for a newer hgctl.',
  },
  {
    id: 'unknown-field',
    title: 'Every answer has a field that nobody knows',
    story: 'What is not needed is not looked at.',
    script: '  - {on: any, effect: new-field, name: brand_new, times: 999}\n',
    turns: both(0, DONE, DONE),
    todo: NOTHING,
  },
];
