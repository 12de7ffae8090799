/** What must hold when a process ends, when nothing is left to do, and of two runs that are compared. A part of the table in all.ts. */
import type { Ledger } from '../../src/observed/ledger.ts';
import { isOurs, openOf, outsideOf, SHARE, shares, sum } from './account.ts';
import { ANSWERS, PROCESS, type Invariant, type Rest, type Verdict } from './invariant.ts';

export const REST_INVARIANTS: readonly Invariant[] = [
  {
    name: 'books-are-the-brokers',
    sentence: 'At rest, books and what nobody owns are together what the broker holds, symbol by symbol.',
    attackedBy: [...PROCESS, ...ANSWERS, 'outside trade', 'stale read', 'empty list', 'torn record'],
    at: 'rest',
    check: ({ ledger, account }) => {
      const symbols = new Set([...account.positions.keys(), ...bookedSymbols(ledger)]);
      for (const symbol of symbols) {
        const held = account.positions.get(symbol)?.quantity ?? 0;
        const booked = sum([...ledger.books.values()].map((book) => book.get(symbol)?.quantity ?? 0));
        const others = outsideOf(account, symbol);
        if (booked !== held && others === 0)
          return `${shares(booked)} ${symbol} are booked, ${shares(held)} are held`;
        if (booked > held) return `${shares(booked)} ${symbol} are booked, and only ${shares(held)} are held`;
      }
      return null;
    },
  },
  {
    name: 'nothing-is-left-open',
    sentence: 'At rest, no lock is held, no order is without its end, no symbol is frozen.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync'],
    at: 'rest',
    check: ({ ledger, account }) => {
      if (ledger.lock !== null) return `the lock is held by ${ledger.lock.holder}`;
      const [order] = ledger.openOrders.values();
      if (order !== undefined) return `${order.intent.clientOrderId} is ${order.status}`;
      const open = openOf(account).find(isOurs);
      if (open !== undefined) return `${open.clientOrderId} is open at the broker`;
      const [broken] = ledger.breaks.values();
      return broken === undefined ? null : `${broken.symbol} is frozen: ${broken.kind}, ${broken.detail}`;
    },
  },
  {
    name: 'answer-is-true',
    sentence:
      'Who says that nothing is to be done is right, and exits with 0; who says anything else says what.',
    attackedBy: [...PROCESS, ...ANSWERS, 'stale read'],
    at: 'rest',
    check: ({ last }) => {
      const said = last.stdout.includes('Nothing to do.');
      if (last.code === 0 && said) return null;
      return `the last pass ended with ${String(last.code)}: ${(last.stderr + last.stdout).slice(-400)}`;
    },
  },
  {
    name: 'no-defect',
    sentence:
      'No process ends by an error that is not its own word, and none makes a plan that its own check refuses, whatever happens to it.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync', 'torn record', 'clock jump', 'edit'],
    at: 'exit',
    check: ({ code, stderr, state }) => {
      if (state === 'killed') return null;
      const isDefect = code === 70 || /^bug:|unhandled:|\n {4}at |the plan breaks an invariant/m.test(stderr);
      return isDefect ? `exit ${String(code)}: ${stderr.slice(-600)}` : null;
    },
  },
  {
    name: 'same-end',
    sentence: 'A run with a fault ends where the run without it ended.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'stale read', 'full disk', 'failed sync'],
    at: 'comparison',
  },
  {
    name: 'one-plan-is-enough',
    sentence:
      'Where nothing goes wrong, one pass brings what the manifests want, also where what is bought is paid with what is sold.',
    attackedBy: ['edit'],
    at: 'comparison',
  },
  {
    name: 'same-work',
    sentence:
      'A run with a fault trades as much of each symbol as the run without it, on each side, and in as many orders, but for the rest of a partial fill.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'stale read'],
    at: 'comparison',
  },
  {
    name: 'zero-is-done',
    sentence:
      'A command that exits with 0, and lists nothing as not done, has done all that it does where there is no fault, unless the broker told it wrong.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'full disk', 'failed sync'],
    at: 'comparison',
  },
  {
    name: 'comes-to-rest',
    sentence: 'Once faults are over, a few passes find nothing more to do.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync', 'stale read'],
    at: 'comparison',
  },
  {
    name: 'state-file-tells-the-books',
    sentence: 'At rest, the state file has the books: each strategy, symbol and share, and no lock.',
    attackedBy: ['crash', 'power loss', 'full disk', 'failed sync', 'two processes'],
    at: 'rest',
    check: tellsTheBooks,
  },
  {
    name: 'state-file-keeps-up',
    sentence:
      'So it does as soon as the command that has written the newest record has ended with exit code 0, and nothing else runs.',
    attackedBy: ['crash', 'two processes', 'operator'],
    at: 'zero',
    check: tellsTheBooks,
  },
  {
    name: 'older-manifests-undo-nothing',
    sentence:
      'A pass that read its manifests before newer ones were accepted sells nothing that those have had bought.',
    attackedBy: ['edit', 'two processes', 'pause past expiry'],
    at: 'comparison',
  },
  {
    name: 'called-off-is-over',
    sentence: 'When `kill` or `halt --cancel-open` has ended, no order of ours is open at the broker.',
    attackedBy: ['operator', 'partial fill'],
    at: 'comparison',
  },
  {
    name: 'zero-means-flat',
    sentence:
      'Where `kill --flatten` exits with 0, no strategy owns anything, and no order of ours is open, here or at the broker.',
    attackedBy: ['operator', 'refusal', 'partial fill', 'lost answer', 'lost request', 'two processes'],
    at: 'flat',
    check: ({ ledger, account }) => {
      const [owned] = [...ledger.books].filter(([, book]) => book.size > 0);
      if (owned !== undefined) return `${owned[0]} owns ${[...owned[1].keys()].join(', ')}`;
      const [order] = ledger.openOrders.values();
      if (order !== undefined) return `${order.intent.clientOrderId} is ${order.status}`;
      const open = openOf(account).find(isOurs);
      return open === undefined ? null : `${open.clientOrderId} is open at the broker`;
    },
  },
  {
    name: 'adopted-at-what-was-said',
    sentence:
      'Shares that an operator gives to a strategy have cost what was said, and neither that nor the word itself is a loss or a profit; what they lose later is one.',
    attackedBy: ['operator', 'outside trade'],
    at: 'comparison',
  },
  {
    name: 'a-switch-on-disk-counts',
    sentence: 'What the toggle file turns off opens nothing, and what it turns on goes on, while `run` runs.',
    attackedBy: ['edit', 'operator'],
    at: 'comparison',
  },
  {
    name: 'no-word-is-lost',
    sentence:
      'What somebody writes into the toggle file while `disable` writes it stays there, and so does what `disable` says.',
    attackedBy: ['edit', 'operator'],
    at: 'comparison',
  },
  {
    name: 'a-company-trades-nothing',
    sentence:
      'Where a company splits its shares, or changes its symbol, and nobody has written another target since, nothing of them is sold or bought for it.',
    attackedBy: ['crash', 'operator'],
    at: 'comparison',
  },
  {
    name: 'a-lost-journal-moves-nothing',
    sentence:
      'Where books are opened anew for a journal that is lost, each strategy owns what it did, no order is sent for it, and what was stopped stays stopped.',
    attackedBy: ['crash', 'two processes', 'operator'],
    at: 'comparison',
  },
  {
    name: 'an-edit-moves-nothing',
    sentence:
      'What somebody writes into the state file moves no share and no book until an operator accepts it, and then exactly that.',
    attackedBy: ['edit', 'crash', 'operator'],
    at: 'comparison',
  },
  {
    name: 'stops-at-a-loss',
    sentence: 'Behind a loss limit a strategy opens nothing until an operator resets it.',
    attackedBy: ['edit'],
    at: 'comparison',
  },
  {
    name: 'replays-exactly',
    sentence: 'Two runs of one seed are the same, byte by byte.',
    attackedBy: PROCESS,
    at: 'comparison',
  },
  {
    name: 'doubt-is-fair',
    sentence: 'A person is asked about no order that the broker has, and shows.',
    attackedBy: ['crash', 'lost answer', 'two processes'],
    at: 'doubt',
  },
];

function bookedSymbols({ books }: Ledger): string[] {
  return [...books.values()].flatMap((book) => [...book.keys()]);
}

function tellsTheBooks({ ledger, stateFile }: Rest): Verdict {
  if (stateFile === null) return ledger.opened ? 'there is no state file' : null;
  const { strategies, execution_lock: lock } = JSON.parse(stateFile) as StateFile;
  if (lock !== null && ledger.lock === null) return 'the state file shows a lock';
  const shown = Object.entries(strategies).flatMap(([name, { positions }]) =>
    Object.entries(positions).map(([symbol, { qty }]) => `${name} ${qty} ${symbol}`),
  );
  const owned = [...ledger.books].flatMap(([name, book]) =>
    [...book].map(([symbol, { quantity }]) => `${name} ${quantity / SHARE} ${symbol}`),
  );
  const [told, real] = [shown.sort().join(', '), owned.sort().join(', ')];
  return told === real ? null : `the state file shows ${told}, where the books have ${real}`;
}

interface StateFile {
  readonly execution_lock: object | null;
  readonly strategies: Readonly<
    Record<string, { readonly positions: Readonly<Record<string, { readonly qty: number }>> }>
  >;
}
