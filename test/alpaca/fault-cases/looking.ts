/** What goes wrong while the account is looked at. */
import { apply, both, purchase, sale, type FaultCase, type Turn } from '../../support/fault-case.ts';

const NOTHING = 'Nothing.';
const LATER = '`hgctl apply` once the broker is back; `hgctl run` does so by itself.';
const DONE = 'Apply: 1 done, 0 failed, 0 skipped, 0 not started.';

function nothingWanted(given: Pick<Turn, 'steps'> & Partial<Turn>): Turn {
  return {
    of: 'nothing to do',
    held: { VTI: '10' },
    wanted: { VTI: '10' },
    orders: [],
    books: { VTI: '10' },
    ...given,
  };
}

/** No order goes out. */
function held(given: Pick<Turn, 'steps'> & Partial<Turn>): Turn {
  return sale({ orders: [], books: { VTI: '10' }, ...given });
}

function unusable(why: string): readonly Turn[] {
  const steps = [apply(11, `  ! -   PositionsUnknown   127.0.0.1, GET /v2/positions: ${why}`)];
  return [nothingWanted({ steps }), held({ steps })];
}

const RESOLVED = {
  at: 'same day',
  first: 'resolve VTI --as books --reason "the list was empty by mistake"',
} as const;
const BREAK =
  "[-] [CORE] VTI: missing-shares: books 10, broker 0; 'hgctl resolve VTI --as broker --reason TEXT' (or --as books) ends it";

const POSITIONS: readonly FaultCase[] = [
  {
    id: 'lag-of-10-s',
    title: 'The positions are 10 s behind the orders',
    story:
      'The order has filled, and the list of positions does not show it yet. The difference is what our own fills of the last `execution.settleWindow` explain: the symbol settles, nothing is missing, and nothing is bought or sold twice.',
    script: '  - {on: GET /v2/positions, effect: stale, by: 10s, times: 99}\n',
    turns: [
      purchase({
        of: 'a purchase',
        steps: [
          apply(0, DONE),
          apply(0, "  ! VTI   Settling   -10 of our own fills are not in the broker's positions yet"),
        ],
      }),
      sale({
        of: 'a sale',
        steps: [
          apply(0, DONE),
          apply(0, "  ! VTI   Settling   6 of our own fills are not in the broker's positions yet"),
        ],
      }),
    ],
    todo: NOTHING,
  },
  {
    id: 'empty-positions-once',
    title: 'The list of positions is empty, once',
    story:
      'An account that has lost everything at once is looked at again after `execution.secondProof` (30 s). The second list is whole: nothing happened.',
    script: '  - {on: GET /v2/positions, effect: empty}\n',
    turns: [
      nothingWanted({
        steps: [apply(0, '[!] [HGCTL] Something is missing at the broker; looking again in 30 s')],
      }),
      sale({ steps: [apply(0, '[!] [HGCTL] Something is missing at the broker; looking again in 30 s')] }),
    ],
    todo: NOTHING,
  },
  {
    id: 'empty-positions-twice',
    title: 'The list of positions is empty, twice, 30 s apart',
    story:
      'The history shows no trade that took the shares. A third look, under the lock and just before it would be taken down, finds them: the books are as they were.',
    script: '  - {on: GET /v2/positions, effect: empty, times: 2}\n',
    turns: [
      nothingWanted({
        steps: [apply(0, '[!] [HGCTL] Something is missing at the broker; looking again in 30 s')],
      }),
      held({
        steps: [
          apply(
            0,
            "  ! core/VTI   BreakOpen   books say 10 VTI, the broker 0; 'hgctl resolve VTI --as broker --reason TEXT' (or --as books) ends it",
          ),
        ],
      }),
    ],
    todo: NOTHING,
  },
  {
    id: 'empty-positions',
    title: 'The list of positions stays empty, and the history is silent',
    story:
      'The looks agree, and no trade explains it. Books never shrink without evidence: the symbol gets a break, takes no order, and keeps its shares in the book until a person says what is true.',
    script:
      '  - {on: GET /v2/positions, effect: empty, times: 99}\n  - {on: GET /v2/account/activities, effect: empty, times: 99}\n',
    turns: [
      nothingWanted({
        of: 'nothing to do',
        steps: [
          apply(0, BREAK),
          apply(
            0,
            "  ! VTI   BreakOpen   missing-shares: books 10, broker 0; 'hgctl resolve VTI --as broker --reason TEXT' (or --as books) ends it",
          ),
        ],
        rest: RESOLVED,
      }),
      held({ steps: [apply(0, BREAK)], rest: RESOLVED }),
    ],
    todo: 'Look into the account at the broker. Are the shares there: `hgctl resolve VTI --as books --reason TEXT`. Are they gone: `--as broker` ([recovery.md](recovery.md#breakopen)).',
  },
  {
    id: 'empty-positions-no-history',
    title: 'The list of positions is empty, and the history cannot be had',
    story:
      'Without the history nothing is concluded, neither that the shares were sold nor that they are missing.',
    script:
      '  - {on: GET /v2/positions, effect: empty, times: 99}\n  - {on: GET /v2/account/activities, effect: status, status: 500, times: 99}\n',
    turns: [
      nothingWanted({
        steps: [
          apply(
            0,
            "  ! core/VTI   HistoryUnavailable   the account's history is not available: 127.0.0.1, GET /v2/account/activities: 500: scripted fault",
          ),
        ],
      }),
    ],
    todo: LATER,
  },
  {
    id: 'positions-cut',
    title: 'The list of positions is cut off',
    story:
      'Half a list is none: it is neither empty nor short. Reads are tried three times; then nothing is done.',
    script: '  - {on: GET /v2/positions, effect: cut, times: 99}\n',
    turns: unusable('the answer was cut off'),
    todo: LATER,
  },
  {
    id: 'positions-half-json',
    title: 'The list of positions is half a document',
    story: 'The answer is complete, and its JSON is not.',
    script: '  - {on: GET /v2/positions, effect: half-json, times: 99}\n',
    turns: unusable('the answer is not JSON, or was cut off'),
    todo: LATER,
  },
  {
    id: 'positions-page',
    title: '502: an error page for the positions',
    story: 'A page is no list. At a first start, nothing is opened beside an account that cannot be seen.',
    script:
      '  - {on: GET /v2/positions, effect: status, status: 502, page: html, message: Bad Gateway, times: 99}\n',
    turns: [
      purchase({
        of: 'a first start',
        steps: [apply(11, 'error: the broker does not answer: 127.0.0.1, GET /v2/positions: 502')],
        orders: [],
        books: {},
      }),
      ...unusable('502'),
    ],
    todo: LATER,
  },
  {
    id: 'positions-page-once',
    title: '502: an error page for the positions, once',
    story: 'Reads are tried again after 1 s and 2 s.',
    script: '  - {on: GET /v2/positions, effect: status, status: 502, page: html, message: Bad Gateway}\n',
    turns: both(0, DONE, DONE),
    todo: NOTHING,
  },
  {
    id: 'positions-redirect',
    title: '307: a redirect for the positions',
    story: 'No other host is asked, and no keys are sent there.',
    script: '  - {on: GET /v2/positions, effect: status, status: 307, times: 99}\n',
    turns: unusable('it answered with a redirect, which is not followed'),
    todo: LATER,
  },
];

const KEYS =
  'error: the account at the broker cannot be used: 127.0.0.1 does not accept the keys (401: unauthorized.): they must be those of a paper account, and neither revoked nor those of a live account';
const UNREACHABLE =
  'error: the broker does not answer: 127.0.0.1, GET /v2/account: it cannot be reached (ECONNREFUSED)';
const SKEWED = "this machine's clock is 5 s behind the broker's: set it right";

const ACCOUNT: readonly FaultCase[] = [
  {
    id: 'keys-refused',
    title: '401: the keys are not accepted',
    story: 'Nothing is asked with them any more, and nothing is sent.',
    script: '  - {on: any, effect: status, status: 401, message: unauthorized., times: 99}\n',
    turns: [
      purchase({ steps: [apply(11, KEYS)], orders: [], books: {} }),
      held({ steps: [apply(11, KEYS)] }),
    ],
    todo: 'Put the right keys where `spec.broker.keysFile` or the environment says, then `hgctl apply`.',
  },
  {
    id: 'read-429',
    title: '429: too many questions',
    story: 'The question waits as long as the broker says, once.',
    script:
      '  - {on: GET /v2/positions, effect: status, status: 429, message: too many requests., resetIn: 20s}\n',
    turns: both(0, DONE, DONE),
    todo: NOTHING,
  },
  {
    id: 'connection-refused',
    title: 'Nobody answers there, and then somebody does',
    story:
      'No connection comes about, so nothing was sent. The command ends; the next one finds everything as it was.',
    script: '',
    turns: [
      purchase({ steps: [{ server: 'gone' }, apply(11, UNREACHABLE), { server: 'back' }, apply(0, DONE)] }),
      sale({ steps: [{ server: 'gone' }, apply(11, UNREACHABLE), { server: 'back' }, apply(0, DONE)] }),
    ],
    todo: LATER,
  },
  {
    id: 'clock-skew',
    title: 'The clock of the broker is 5 s ahead',
    story:
      'More than 2 s apart, nothing is opened, because slots and the close would be missed by as much. Sales go on.',
    script: '  - {on: GET /v2/clock, effect: skew, ahead: 5s, times: 99}\n',
    turns: [
      purchase({ steps: [apply(0, `  ! core/VTI   ClockSkew   ${SKEWED}`)], orders: [], books: {} }),
      sale({ steps: [apply(0, `  ! -   ClockSkew   ${SKEWED}`)] }),
    ],
    todo: 'Set the clock of this machine right (`timedatectl`, `chronyc tracking`).',
  },
];

export const LOOKING: readonly FaultCase[] = [...POSITIONS, ...ACCOUNT];
