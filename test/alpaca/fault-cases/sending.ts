/** What goes wrong while an order is sent. */
import { apply, both, purchase, sale, type FaultCase, type Turn } from '../../support/fault-case.ts';

const ID = 'hg-core-20251202-plan-...';

/** No clear answer, and the order is found, or goes out again under the same id. */
function lookedUp(why: string): readonly Turn[] {
  const line = `[!] [CORE] No clear answer for ${ID} (${why}); looking it up`;
  return both(0, line, line);
}

const NOTHING = 'Nothing.';
const ONE_SECOND = '1s';

const TAKEN: readonly FaultCase[] = [
  {
    id: 'accept-then-time-out',
    title: 'The order is taken, and no answer comes',
    story:
      'The broker takes the order; its answer does not come within `execution.requestTimeout`. hgctl asks for the order by its id after 2 s and, if need be, 8 s, finds it, and follows it.',
    script: '  - {on: POST /v2/orders, effect: late, delay: 1h}\n',
    requestTimeout: ONE_SECOND,
    turns: lookedUp('no answer in time'),
    todo: NOTHING,
  },
  {
    id: 'accept-then-504',
    title: 'The order is taken, and a gateway answers 504',
    story:
      'The broker takes the order; something before it answers with an error page. The page is no refusal: the order is looked up.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 504, when: after, page: html, message: Gateway Time-out}\n',
    turns: lookedUp('504'),
    todo: NOTHING,
  },
  {
    id: 'accept-then-cut-body',
    title: 'The order is taken, and the answer is cut off',
    story: 'The broker takes the order; the connection ends in the middle of its answer.',
    script: '  - {on: POST /v2/orders, effect: cut}\n',
    turns: lookedUp('the answer was cut off'),
    todo: NOTHING,
  },
  {
    id: 'accept-then-half-json',
    title: 'The order is taken, and the answer is half a document',
    story: 'The broker takes the order and answers 200; the JSON of it is not whole.',
    script: '  - {on: POST /v2/orders, effect: half-json}\n',
    turns: lookedUp('the answer is not JSON, or was cut off'),
    todo: NOTHING,
  },
  {
    id: 'accept-then-reset',
    title: 'The order is taken, and the connection is reset',
    story: 'The broker takes the order; the connection breaks before anything is answered.',
    script: '  - {on: POST /v2/orders, effect: reset, when: after}\n',
    turns: lookedUp('the connection broke (ECONNRESET)'),
    todo: NOTHING,
  },
  {
    id: 'duplicate-of-our-own',
    title: '40010001: the id is taken, by our own order',
    story:
      'Something between hgctl and the broker has sent the request twice, and the answer is that of the second time: `client_order_id must be unique`. The id is taken because the order is there: it is looked up, and neither refused nor sent under another id.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 422, code: 40010001, message: client_order_id must be unique, when: after}\n',
    turns: lookedUp('422: client_order_id must be unique'),
    todo: NOTHING,
  },
  {
    id: 'hidden-for-5-s',
    title: 'The answer is lost, and the order is not shown for 5 s',
    story:
      'A miss right after the request proves nothing: brokers show new orders late. The look at 2 s misses the order, the look at 8 s finds it.',
    script: '  - {on: POST /v2/orders, effect: drop, when: after, hiddenFor: 5s}\n',
    turns: lookedUp('the connection broke (UND_ERR_SOCKET)'),
    todo: NOTHING,
  },
  {
    id: 'hidden-for-a-minute',
    title: 'The answer is lost, and the order is not shown for a minute',
    story:
      'Both looks miss the order. It is sent once more under the same id, which the broker refuses, because it has the order. So there is one order, and nobody knows of what became of it: the symbol waits. The next command finds it and books what it filled.',
    script: '  - {on: POST /v2/orders, effect: drop, when: after, hiddenFor: 1m}\n',
    turns: [
      purchase({
        steps: [apply(12, `in-doubt: open/core/VTI: OrderInDoubt: ${ID}: the broker does not know it (yet)`)],
        journal: ['buy VTI: unknown 0 of 10'],
        books: {},
      }),
      sale({
        steps: [
          apply(12, `in-doubt: reduce/core/VTI: OrderInDoubt: ${ID}: the broker does not know it (yet)`),
        ],
        journal: ['sell VTI: unknown 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: '`hgctl apply` a little later; `hgctl run` does so by itself within a minute.',
  },
  {
    id: 'late-request',
    title: 'The request is on its way for 9 s',
    story:
      'The request has not arrived when hgctl looks for the order, so both looks miss it, and the order is sent again, under the same id. Then the first request arrives, too. The broker takes an id once: there is one order.',
    script: '  - {on: POST /v2/orders, effect: late, when: before, delay: 9s}\n',
    requestTimeout: ONE_SECOND,
    turns: lookedUp('no answer in time'),
    todo: NOTHING,
  },
];

const NOT_TAKEN: readonly FaultCase[] = [
  {
    id: 'refuse-then-time-out',
    title: 'The order is refused, and the refusal does not arrive',
    story:
      'The broker refuses the order once, as for want of money, and that answer is lost. Nothing tells this from an order that was taken. Both looks say that there is none, so that it is sent once more under the same id; now the broker takes it.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 403, code: 40310000, message: insufficient buying power, delay: 1h}\n',
    requestTimeout: ONE_SECOND,
    turns: lookedUp('no answer in time'),
    todo: NOTHING,
  },
  {
    id: 'refuse-then-time-out-then-refuse',
    title: 'The order is refused twice, and the first refusal does not arrive',
    story:
      'As before, but the broker refuses the second request, too. That says nothing of the first one, which may show up late: nothing is sent on the symbol in this session. In the next one, the history and the broker agree that there was no order, and the plan starts afresh.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 403, code: 40310000, message: insufficient buying power, delay: 1h}\n  - {on: POST /v2/orders, effect: status, status: 403, code: 40310000, message: insufficient buying power, times: 99}\n',
    requestTimeout: ONE_SECOND,
    turns: [
      purchase({
        steps: [
          apply(
            12,
            `in-doubt: open/core/VTI: OrderInDoubt: ${ID}: sent again, and refused: InsufficientBuyingPower: 403: insufficient buying power`,
          ),
        ],
        orders: [],
        journal: ['buy VTI: declined 0 of 10'],
        books: {},
        rest: { at: 'next session', first: 'apply --yes' },
      }),
      sale({
        steps: [
          apply(
            12,
            `in-doubt: reduce/core/VTI: OrderInDoubt: ${ID}: sent again, and refused: InsufficientBuyingPower: 403: insufficient buying power`,
          ),
        ],
        orders: [],
        journal: ['sell VTI: declined 0 of 6'],
        books: { VTI: '10' },
        rest: { at: 'next session', first: 'apply --yes' },
      }),
    ],
    todo: 'Wait for the next session; or, if the account at the broker shows no such order, `hgctl resolve VTI --as books --reason TEXT` ends it at once.',
  },
  {
    id: 'dropped-before',
    title: 'The connection ends before the order arrives',
    story: 'The broker never sees the order. Both looks say so, and it is sent once more, under the same id.',
    script: '  - {on: POST /v2/orders, effect: drop, when: before}\n',
    turns: lookedUp('the connection broke (UND_ERR_SOCKET)'),
    todo: NOTHING,
  },
  {
    id: '500-before',
    title: '500: the broker fails, and takes nothing',
    story: 'An answer of 500 may mean both. Both looks say that there is no order, and it is sent once more.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 500, code: 50010000, message: internal server error occurred}\n',
    turns: lookedUp('500: internal server error occurred'),
    todo: NOTHING,
  },
  {
    id: '503-before',
    title: '503: a gateway turns the order away, once',
    story: 'An error page, and no order. Both looks say so, and it is sent once more.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 503, page: html, message: Service Unavailable}\n',
    turns: lookedUp('503'),
    todo: NOTHING,
  },
  {
    id: '503-for-long',
    title: '503: a gateway turns every order away',
    story:
      'The second request gets no clear answer either. A purchase is not tried again in this session, because both requests may still arrive; it is over with the session. A sale counts as lost once the broker and the complete history know nothing of it: the next command sends it again, under the same id.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 503, page: html, message: Service Unavailable, times: 99}\n',
    turns: [
      purchase({
        steps: [apply(12, `in-doubt: open/core/VTI: OrderInDoubt: ${ID}: the broker does not know it (yet)`)],
        orders: [],
        journal: ['buy VTI: unknown 0 of 10'],
        books: {},
        rest: { at: 'next session', first: 'apply --yes' },
      }),
      sale({
        steps: [
          apply(12, `in-doubt: reduce/core/VTI: OrderInDoubt: ${ID}: the broker does not know it (yet)`),
        ],
        orders: [],
        journal: ['sell VTI: unknown 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: '`hgctl apply` once the broker is back.',
  },
  {
    id: '403-with-a-reason',
    title: '403: the broker refuses, and says why',
    story:
      'A refusal with the words and the code of the broker is final: there is no order. Nothing is repeated; the next command plans anew.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 403, code: 40310000, message: insufficient buying power}\n',
    turns: [
      purchase({
        steps: [
          apply(
            10,
            'failed: open/core/VTI: OrderRefused: InsufficientBuyingPower: 403: insufficient buying power',
          ),
        ],
        orders: [],
        journal: ['buy VTI: refused 0 of 10'],
        books: {},
      }),
      sale({
        steps: [
          apply(
            10,
            'failed: reduce/core/VTI: OrderRefused: InsufficientBuyingPower: 403: insufficient buying power',
          ),
        ],
        orders: [],
        journal: ['sell VTI: refused 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: 'Look at the reason ([reasons.md](reasons.md)), then `hgctl apply`.',
  },
  {
    id: '403-page',
    title: '403: the page of a gateway',
    story:
      'A page without the words of the broker says nothing of the keys, and nothing of the order: it is looked up.',
    script: '  - {on: POST /v2/orders, effect: status, status: 403, page: html, message: Forbidden}\n',
    turns: lookedUp('403'),
    todo: NOTHING,
  },
  {
    id: '307',
    title: '307: a redirect',
    story:
      'An order goes to the host that the manifest names, and nowhere else: a redirect is not followed, and leaves a doubt.',
    script: '  - {on: POST /v2/orders, effect: status, status: 307}\n',
    turns: lookedUp('it answered with a redirect, which is not followed'),
    todo: NOTHING,
  },
  {
    id: '401-in-the-middle',
    title: '401: the keys are revoked between two orders',
    story:
      'The first order is taken, the second is refused with the keys. Nothing more is sent; what is at the broker is followed and booked, as far as it still answers.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 401, message: unauthorized., after: 1, times: 99}\n',
    turns: [
      purchase({
        of: 'two purchases',
        wanted: { VTI: '10', BND: '5' },
        steps: [
          apply(
            10,
            'failed: open/core/VTI: AccountRefused: AccessDenied: the broker does not accept the keys (401: unauthorized.)',
          ),
        ],
        orders: ['buy BND: filled 5 of 5'],
        journal: ['buy BND: filled 5 of 5', 'buy VTI: refused 0 of 10'],
        books: { BND: '5' },
      }),
      sale({
        of: 'two sales',
        held: { VTI: '10', BND: '5' },
        wanted: { VTI: '4', BND: '2' },
        steps: [
          apply(
            10,
            'failed: reduce/core/VTI: AccountRefused: AccessDenied: the broker does not accept the keys (401: unauthorized.)',
          ),
        ],
        orders: ['sell BND: filled 3 of 3'],
        journal: ['sell BND: filled 3 of 3', 'sell VTI: refused 0 of 6'],
        books: { BND: '2', VTI: '10' },
      }),
    ],
    todo: 'Put the right keys where `spec.broker.keysFile` or the environment says, then `hgctl apply`.',
  },
];

const WAITED = '[!] [CORE] The broker is asked too often; waiting 20 s';
const AN_HOUR = 'RateLimited: 429: too many requests.; it asks for a pause of 3600 s';
const LESS_OFTEN =
  'Find out who else asks on this account, or lower `spec.broker.requestsPerMinute`; then `hgctl apply`.';
const WAITED_LONG = '[!] [CORE] The broker is asked too often; waiting 30 s';

const TOO_OFTEN: readonly FaultCase[] = [
  {
    id: '429-with-reset',
    title: '429, and the broker says when its count starts anew',
    story:
      'Nothing was taken. hgctl waits as long as `X-RateLimit-Reset` says, by the broker’s own clock, checks everything again, and sends the same order once more.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 429, message: too many requests., resetIn: 20s}\n',
    turns: both(0, WAITED, WAITED),
    todo: NOTHING,
  },
  {
    id: '429-with-retry-after',
    title: '429, and the broker says how long to wait',
    story: 'The same with `Retry-After`.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 429, message: too many requests., retryAfter: 20s}\n',
    turns: both(0, WAITED, WAITED),
    todo: NOTHING,
  },
  {
    id: '429-without-reset',
    title: '429, and nothing else',
    story: 'The same, after 30 s.',
    script: '  - {on: POST /v2/orders, effect: status, status: 429, message: too many requests.}\n',
    turns: both(0, WAITED_LONG, WAITED_LONG),
    todo: NOTHING,
  },
  {
    id: '429-twice',
    title: '429, twice',
    story: 'One pause, and not a second one: the order is left, and the next command plans anew.',
    script: '  - {on: POST /v2/orders, effect: status, status: 429, message: too many requests., times: 2}\n',
    turns: [
      purchase({
        steps: [apply(10, 'failed: open/core/VTI: RateLimited: 429: too many requests.')],
        orders: [],
        journal: ['buy VTI: refused 0 of 10'],
        books: {},
      }),
      sale({
        steps: [apply(10, 'failed: reduce/core/VTI: RateLimited: 429: too many requests.')],
        orders: [],
        journal: ['sell VTI: refused 0 of 6'],
        books: { VTI: '10' },
      }),
    ],
    todo: LESS_OFTEN,
  },
  {
    id: '429-for-an-hour',
    title: '429, and the broker wants an hour',
    story:
      'A pause of more than a minute is not waited for, and the next order would have to wait as long: it is not sent, the lock is given back, and the next pass plans anew.',
    script:
      '  - {on: POST /v2/orders, effect: status, status: 429, message: too many requests., retryAfter: 1h, times: 99}\n',
    turns: [
      purchase({
        of: 'two purchases',
        wanted: { VTI: '10', BND: '5' },
        steps: [apply(10, `not-started: open/core/VTI: ${AN_HOUR}`)],
        orders: [],
        journal: ['buy BND: refused 0 of 5'],
        books: {},
      }),
      sale({
        of: 'two sales',
        held: { VTI: '10', BND: '5' },
        wanted: { VTI: '4', BND: '2' },
        steps: [apply(10, `not-started: reduce/core/VTI: ${AN_HOUR}`)],
        orders: [],
        journal: ['sell BND: refused 0 of 3'],
        books: { BND: '5', VTI: '10' },
      }),
    ],
    todo: LESS_OFTEN,
  },
];

export const SENDING: readonly FaultCase[] = [...TAKEN, ...NOT_TAKEN, ...TOO_OFTEN];
