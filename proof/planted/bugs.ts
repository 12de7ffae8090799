/**
 * Bugs that the proof has to find: each is a text of src and what takes its place in a bundle of the simulated machine, so that
 * the program itself has no switch. Who looks for one looks in the same way at what is not replaced, and finds nothing there.
 */

import { OVERTAKEN_GOES_ON } from './changes.ts';
import { LOOP_BUGS } from './loop-bugs.ts';
import { RECOVERY_BUGS } from './recovery-bugs.ts';
import { REPORT_BUGS } from './report-bugs.ts';
import { SIGNAL_BUGS } from './signal-bugs.ts';

/** `there` is in `file`, below src, exactly once. */
export interface Change {
  readonly file: string;
  readonly there: string;
  readonly instead: string;
}

/** Who looks for it: the crashes with faults of one class, the days, days that are lived twice, one that has broken something once, or a story of its own. */
export type Look =
  | { readonly by: 'crashes'; readonly faults: string }
  | { readonly by: 'days' }
  | { readonly by: 'days lived twice' }
  /** `day`: the name of one in proof/days/found.ts. */
  | { readonly by: 'found day'; readonly day: string }
  | { readonly by: 'story'; readonly story: string };

export interface Bug {
  readonly name: string;
  /** What the program does wrong. */
  readonly sentence: string;
  /** More than one where another line of defence would make good what the first one lets through. */
  readonly changes: readonly Change[];
  readonly look: Look;
  /** The invariant that is to catch it. */
  readonly invariant: string;
}

export const BUGS: readonly Bug[] = [
  {
    name: 'plan-before-the-lock',
    sentence:
      'Orders are those of the plan that was made before the lock. The checks before each order would stop it: that the book is still the one of the plan is not asked either.',
    changes: [
      {
        file: 'reconciler/reconcile.ts',
        there: '          held,\n          facts: {',
        instead: '          held,\n          seen: shown,\n          facts: {',
      },
      {
        file: 'reconciler/reconcile.ts',
        there: '      return look(pass, { ownFence, earlier: null, ...facts, ...aim, until });',
        instead: '      return Promise.resolve(own.seen);',
      },
      { file: 'actions/dispatch.ts', there: '  if (owned !== from) {', instead: '  if (owned !== owned) {' },
    ],
    look: { by: 'story', story: 'two passes at once' },
    invariant: 'never-twice',
  },
  {
    name: 'submit-before-the-commit',
    sentence: 'The request goes out, and then its intent is recorded.',
    changes: [
      {
        file: 'actions/dispatch.ts',
        there: '    const commit = ports.journal.commit(event);\n',
        instead:
          '    const answer = await send(context, intent);\n    const commit = ports.journal.commit(event);\n',
      },
      {
        file: 'actions/dispatch.ts',
        there: 'answer: await send(context, intent) };',
        instead: 'answer };',
      },
    ],
    look: { by: 'crashes', faults: 'kill' },
    invariant: 'order-has-intent',
  },
  {
    name: 'retry-with-a-new-id',
    sentence: 'An order whose answer was lost is sent again as another one.',
    changes: [
      {
        file: 'actions/dispatch.ts',
        there: '  const commit = execution.ports.journal.commit(sentAgain(execution, action, intent));',
        instead:
          "  const another = { ...intent, clientOrderId: `${intent.clientOrderId}-2` };\n  const commit = execution.ports.journal.commit({ type: 'intent', ...another });",
      },
      {
        file: 'actions/dispatch.ts',
        there: '? sendAgain(context, { action, intent }, renew) : send(context, intent);',
        instead: '? sendAgain(context, { action, intent }, renew) : send(context, another);',
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'never-twice',
  },
  {
    name: 'resend-after-the-window',
    sentence: 'An entry that is sent again does not ask whether the window of its slot is still open.',
    changes: [
      {
        file: 'actions/dispatch.ts',
        there:
          '  if (isEntry && (windowClosed(context, action, ledger) ?? badQuote(context, action, quote)) !== null)',
        instead: '  if (isEntry && badQuote(context, action, quote) !== null)',
      },
    ],
    look: { by: 'story', story: 'at the end of a window' },
    invariant: 'inside-its-window',
  },
  {
    name: 'sync-on-one-empty-list',
    sentence: 'Shares that are missing from one list leave their book, whatever the history says.',
    changes: [
      {
        file: 'observed/evidence.ts',
        there:
          "  if (missing === 0 || !isExact || !haveTaken(moved, missing)) return { kind: 'silent', outside: moved };",
        instead:
          "  if (missing === 0) return { kind: 'silent', outside: moved };\n  if (!isExact) return { kind: 'explained', price: 1_000_000 as Price, fills: [] };",
      },
    ],
    look: { by: 'crashes', faults: 'empty list' },
    invariant: 'books-change-with-cause',
  },
  {
    name: 'absence-is-deletion',
    sentence: 'An order of ours that no list and no look-up shows any more counts as cancelled.',
    changes: [
      {
        file: 'actions/follow.ts',
        there: "import type { Execution } from './execution.ts';",
        instead: "import { record, type Execution } from './execution.ts';",
      },
      {
        file: 'actions/follow.ts',
        there: '    if (seen === null) continue;',
        instead: `    if (seen === null) {
      const { clientOrderId } = order;
      const { fence } = execution;
      record(execution, () => ({ type: 'order-ended', fence, clientOrderId, status: 'canceled', detail: '' }));
      ended.push(order);
      continue;
    }`,
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'ends-are-true',
  },
  {
    name: 'book-a-fill-twice',
    sentence: 'What an answer says of a fill is booked, whether it was booked before or not.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: '  if (seen.filledQuantity <= order.filled || seen.averagePrice === null) return;',
        instead: '  if (seen.averagePrice === null) return;',
      },
      {
        file: 'actions/book-order.ts',
        there: '    const quantity = subtract(seen.filledQuantity, booked.filled);',
        instead: '    const quantity = seen.filledQuantity;',
      },
    ],
    look: { by: 'days' },
    invariant: 'a-fill-counts-once',
  },
  {
    name: 'forget-the-rest-of-a-partial-fill',
    sentence: 'An order of which something has filled counts as filled.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: "  if (!isTerminal(seen.status) || isUnpriced(known, seen)) return 'open';",
        instead: "  if (seen.filledQuantity === 0 && !isTerminal(seen.status)) return 'open';",
      },
      {
        file: 'actions/book-order.ts',
        there: '    status: seen.status as TerminalStatus,',
        instead: "    status: isTerminal(seen.status) ? (seen.status as TerminalStatus) : 'filled',",
      },
    ],
    look: { by: 'days' },
    invariant: 'ends-are-true',
  },
  {
    name: 'skip-the-read-back',
    sentence: 'A record that was written counts as committed, also where somebody else was faster.',
    changes: [
      { file: 'store/journal.ts', there: '    if (first?.sum !== sum) return false;\n', instead: '' },
    ],
    look: { by: 'crashes', faults: 'beaten' },
    invariant: 'order-has-intent',
  },
  {
    name: 'truncate-a-torn-tail',
    sentence: 'What is torn at the end of the journal is cut off, and not closed by a newline.',
    changes: [
      {
        file: 'store/journal.ts',
        there: '      this.#append(file, CLOSING_NEWLINE);',
        instead: '      file.cut(this.#position.offset);',
      },
      {
        file: 'store/journal-file.ts',
        there: '    append: (bytes) => writeSync(fd, bytes),',
        instead: '    append: (bytes) => writeSync(fd, bytes),\n    cut: (size) => ftruncateSync(fd, size),',
      },
      {
        file: 'store/journal-file.ts',
        there: '  fstatSync,\n  linkSync,',
        instead: '  fstatSync,\n  ftruncateSync,\n  linkSync,',
      },
    ],
    look: { by: 'story', story: 'a torn tail and another writer' },
    invariant: 'journal-is-whole',
  },
  {
    name: 'skip-the-folder-sync',
    sentence: 'The name of the journal is not made durable.',
    changes: [
      {
        file: 'store/journal-file.ts',
        there: '    syncFolder(folder);\n    syncFolder(data);\n',
        instead: '',
      },
    ],
    look: { by: 'crashes', faults: 'power loss' },
    invariant: 'intent-is-durable-first',
  },
  {
    name: 'time-is-rejection',
    sentence: 'An order of which nothing was heard for so long counts as refused.',
    changes: [
      {
        file: 'actions/run-orders.ts',
        there: "  return inDoubt(context, sent, { cause, why: 'the broker does not know it (yet)' });",
        instead: "  return refused(context, sent, 'OrderRefused', cause);",
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'ends-are-true',
  },
  {
    name: 'release-a-foreign-lock',
    sentence:
      'Who gives the lock back gives back whichever is held. The fence in the record would void it, and an execution that finds its lock lost gives none back: neither is so.',
    changes: [
      {
        file: 'actions/execution-lock.ts',
        there: "  const ledger = record(execution, () => ({ type: 'lock-released', fence }));",
        instead:
          "  const held = ports.journal.refresh().lock?.fence ?? fence;\n  const { ledger } = ports.journal.commit({ type: 'lock-released', fence: held });",
      },
      {
        file: 'actions/execute-strategy.ts',
        there: '      if (!(error instanceof LockLost)) throw error;\n      // What was sent',
        instead:
          '      if (!(error instanceof LockLost)) throw error;\n      release(execution, null);\n      // What was sent',
      },
      {
        file: 'actions/execute-strategy.ts',
        there:
          '      if (!isLockLost(outcomes))\n        release(execution, hasActed(outcomes) ? { strategy, at: ports.clock.now() } : null);',
        instead: '      release(execution, null);',
      },
    ],
    look: { by: 'story', story: 'a pause past the expiry' },
    invariant: 'given-back-by-its-holder',
  },
  {
    name: 'size-from-buying-power',
    sentence: 'Weights are parts of buying power, which is more than equity on an account with margin.',
    changes: [
      {
        file: 'reconciler/wanted.ts',
        there: '  const { equity } = market.account;\n  if (held === undefined',
        instead: '  const equity = market.account.buyingPower;\n  if (held === undefined',
      },
      {
        file: 'reconciler/wanted.ts',
        there: '  const { equity } = market.account;\n  const asked',
        instead: '  const equity = market.account.buyingPower;\n  const asked',
      },
    ],
    look: { by: 'story', story: 'weights on margin' },
    invariant: 'never-twice',
  },
  {
    name: 'a-broker-takes-an-id-again',
    sentence:
      'The broker takes an order with an id that it has already, so that a request that was repeated counts twice.',
    changes: [
      {
        file: 'broker/simulated-refusals.ts',
        there:
          '  if (state.orders.some((order) => order.clientOrderId === clientOrderId)) return NOT_UNIQUE;',
        instead:
          '  if (state.orders.some((order) => order.clientOrderId === `${clientOrderId}.`)) return NOT_UNIQUE;',
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'no-id-twice',
  },
  {
    name: 'an-old-fence-counts',
    sentence:
      'Who was overtaken goes on, and the ledger counts what it writes: only what is newer than the newest lock is void.',
    changes: [
      ...OVERTAKEN_GOES_ON,
      {
        file: 'observed/ledger-fold.ts',
        there: "'fence' in event && event.fence !== ledger.lock?.fence;",
        instead: "'fence' in event && event.fence > ledger.fence;",
      },
    ],
    look: { by: 'story', story: 'a pause past the expiry' },
    invariant: 'current-fence-writes',
  },
  {
    name: 'what-is-given-up-in-part-is-gone',
    sentence: 'Who releases a part of what a strategy holds takes all of it out of the book.',
    changes: [
      {
        file: 'observed/fold-books.ts',
        there: '  const most = Math.min(absolute(event.quantity), absolute(lot.quantity));',
        instead: '  const most = Math.max(absolute(event.quantity), absolute(lot.quantity));',
      },
    ],
    look: { by: 'story', story: 'given up in part' },
    invariant: 'books-follow-records',
  },
  {
    name: 'a-torn-record-is-damage',
    sentence: 'A record that a crash has torn is damage of the journal, and nothing goes on behind it.',
    changes: [
      {
        file: 'observed/journal-reader.ts',
        there: "return { kind: 'void', problem: 'torn or changed: the checksum is wrong' };",
        instead: "return { kind: 'damage', problem: 'torn or changed: the checksum is wrong' };",
      },
    ],
    look: { by: 'crashes', faults: 'torn write' },
    invariant: 'comes-to-rest',
  },
  {
    name: 'what-has-ended-is-not-found',
    sentence: 'Whoever looks for an order whose answer was lost finds only those that are still open.',
    changes: [
      {
        file: 'actions/look-up.ts',
        there: "  return answer.data === null ? { kind: 'absent' }",
        instead: "  return answer.data === null || answer.data.filledQuantity > 0 ? { kind: 'absent' }",
      },
    ],
    look: { by: 'crashes', faults: 'kill' },
    invariant: 'doubt-is-fair',
  },
  {
    name: 'whatever-is-held-back-is-not-done',
    sentence: '`apply` exits as if something were left to do wherever something is held back for good.',
    changes: [
      {
        file: 'cli/commands/apply.ts',
        there: '  const codes: ExitCode[] = [...holdExits(result.plan), ...stopExits(io)];',
        instead:
          '  const codes: ExitCode[] = [...result.plan.notDone.map(() => EXIT.partial), ...stopExits(io)];',
      },
    ],
    look: { by: 'story', story: 'shares of nobody' },
    invariant: 'answer-is-true',
  },
  {
    name: 'a-slot-follows-an-edit',
    sentence: 'A slot that has started takes its targets from the manifest as it is by now.',
    changes: [
      {
        file: 'reconciler/rules/targets.ts',
        there:
          '    run === undefined ? slotTargets(facts, turn, slot, draft) : resumed(facts, slot, run.targets);',
        instead:
          "    run === undefined || slot.action !== 'exit' ? slotTargets(facts, turn, slot, draft) : resumed(facts, slot, run.targets);",
      },
    ],
    look: { by: 'story', story: 'a slot, and an edit' },
    invariant: 'no-more-than-its-slot-wants',
  },
  {
    name: 'ids-of-a-process',
    sentence:
      'The id of an order counts what its process has sent before, and so is another one when it is made again.',
    changes: [
      {
        file: 'actions/order-id.ts',
        there: 'const DIGEST_LENGTH = 16;\n',
        instead: 'const DIGEST_LENGTH = 16;\nlet made = 0;\n',
      },
      {
        file: 'actions/order-id.ts',
        there: '`${key}|${ended + 1}`',
        instead: '`${key}|${ended + 1}|${(made += 1)}`',
      },
    ],
    look: { by: 'days lived twice' },
    invariant: 'replays-exactly',
  },
  {
    name: 'half-while-in-doubt',
    sentence:
      'While an order of anybody has no end, entries ask for a half, and later for the rest: more orders, each with its spread and fee.',
    changes: [
      {
        file: 'reconciler/orders.ts',
        there: '  enterBy(facts, draft, { ...change, ...room, quantity: room.free, sendsAgain: null });',
        instead:
          '  const parts = facts.ledger.openOrders.size > 0 ? 2 : 1;\n  const quantity = (Math.ceil(room.free / parts / SHARE) * SHARE) as Quantity;\n  enterBy(facts, draft, { ...change, ...room, quantity, sendsAgain: null });',
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'same-work',
  },
  {
    name: 'exit-ends-with-its-window',
    sentence: 'An exit that is late is not made any more.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: "  if (slot.action !== 'exit' || !isLate(slot, now) || now > slot.lastStart) return false;",
        instead: '  if (slot.lastStart > 0) return false;',
      },
    ],
    look: { by: 'story', story: 'an exit behind its window' },
    invariant: 'exits-go-on',
  },
  {
    name: 'run-a-slot-again',
    sentence: 'A slot that has ended runs again while its window is open.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: "  if (run !== undefined) return run.state !== 'started';",
        instead: "  if (run !== undefined) return run.state === 'missed';",
      },
    ],
    look: { by: 'story', story: 'a slot, and its window goes on' },
    invariant: 'a-slot-runs-once',
  },
  {
    name: 'a-slot-is-done-whatever-it-has',
    sentence: 'A slot ends as done also where a target of it waits for a person.',
    changes: [
      {
        file: 'actions/slot-records.ts',
        there: "outcome: isDone ? 'done' : 'partial' };",
        instead: "outcome: isDone || true ? 'done' : 'partial' };",
      },
    ],
    look: { by: 'found day', day: 'what a slot wants was bought by hand, and is nobody’s' },
    invariant: 'a-slot-that-is-done-has-its-targets',
  },
  {
    name: 'a-slot-without-its-schedule-never-ends',
    sentence: 'What was started, and is in no schedule any more, has no end.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: 'return [...planned, ...leftBehind(ledger, planned, now)];',
        instead: 'return planned;',
      },
    ],
    look: { by: 'found day', day: 'a slot starts, waits, and an edit takes its time away' },
    invariant: 'every-slot-ends',
  },
  {
    name: 'live-on-without-a-journal',
    sentence:
      'A controller whose journal refuses everything stays where it is, and nobody starts another one.',
    changes: [
      {
        file: 'reconciler/controller.ts',
        there: 'return error instanceof JournalFailed ? null : nextTry(',
        instead: 'return error instanceof JournalFailed && memory.failures < 0 ? null : nextTry(',
      },
    ],
    look: { by: 'found day', day: 'the disk fails under the journal while it is synced' },
    invariant: 'a-slot-is-done-in-its-window',
  },
  {
    name: 'follow-older-manifests',
    sentence: 'A pass follows what it has read, whatever was accepted since.',
    changes: [
      {
        file: 'cli/prepare.ts',
        there: '    acceptedBefore: ports.journal.ledger().revision?.number ?? null,\n',
        instead: '',
      },
    ],
    look: { by: 'story', story: 'older manifests' },
    invariant: 'older-manifests-undo-nothing',
  },
  {
    name: 'doubt-exits-with-zero',
    sentence: 'A command whose order is in doubt exits as if it were done.',
    changes: [
      {
        file: 'cli/commands/apply.ts',
        there: "  if (outcome.kind === 'done') return EXIT.done;\n",
        instead: "  if (outcome.kind === 'done' || outcome.kind === 'in-doubt') return EXIT.done;\n",
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'zero-is-done',
  },
  {
    name: 'a-report-shows-the-first-part-only',
    sentence: "'get fills' leaves out all parts of an order that filled behind the first.",
    changes: [
      {
        file: 'cli/views/orders.ts',
        there: 'fills.map((fill) => ({ intent, fill })))',
        instead: 'fills.slice(0, 1).map((fill) => ({ intent, fill })))',
      },
    ],
    look: { by: 'days' },
    invariant: 'reports-are-true',
  },
  {
    name: 'time-goes-back',
    sentence: 'Records have times that jump back now and then.',
    changes: [
      {
        file: 'store/journal.ts',
        there: 'time: clock.now(), mono, boot',
        instead: 'time: (clock.now() - (seq % 3) * 500) as never, mono, boot',
      },
    ],
    look: { by: 'days' },
    invariant: 'time-goes-on',
  },
  {
    name: 'the-state-file-shows-a-share-too-many',
    sentence: 'What other tools read of the books is not what the books say.',
    changes: [
      {
        file: 'observed/state-document.ts',
        there: 'qty: Number(formatQuantity(quantity)),',
        instead: 'qty: Number(formatQuantity(quantity)) + 1,',
      },
    ],
    look: { by: 'days' },
    invariant: 'state-file-tells-the-books',
  },
  {
    name: 'a-checkpoint-forgets-a-stop',
    sentence: 'With the first record of a session it is forgotten what an operator has stopped before.',
    changes: [
      {
        file: 'observed/checkpoint.ts',
        there: '    ...whole,\n',
        instead: '    ...whole,\n    drains: new Map(),\n    suspensions: new Map(),\n    halt: null,\n',
      },
    ],
    look: { by: 'story', story: 'stopped over night' },
    invariant: 'same-from-the-start',
  },
  {
    name: 'forget-a-fee',
    sentence: 'What the broker charges for an order is not booked.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: '      ...(fee > 0 && { fee }),\n',
        instead: '',
      },
    ],
    look: { by: 'crashes', faults: 'answer' },
    invariant: 'fees-are-the-brokers',
  },
  {
    name: 'a-fee-for-each-part',
    sentence: 'With each part of an order that fills, all that was charged for it so far is booked.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: 'const fee = subtract(seen.fees ?? NO_MONEY, feesBooked(booked));',
        instead: 'const fee = seen.fees ?? NO_MONEY;',
      },
    ],
    look: { by: 'story', story: 'in parts, at other prices' },
    invariant: 'fees-are-the-brokers',
  },
  {
    name: 'a-part-at-the-average',
    sentence: 'Each part of an order that fills costs what its shares have cost on average so far.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: 'const value = subtract(valueOf(seen.filledQuantity, averagePrice), valueBooked(booked));',
        instead: 'const value = valueOf(quantity, averagePrice);',
      },
    ],
    look: { by: 'story', story: 'in parts, at other prices' },
    invariant: 'money-is-the-brokers',
  },
  {
    name: 'a-sale-takes-out-its-value',
    sentence: 'What is sold takes what it brought out of the cost of the rest.',
    changes: [
      {
        file: 'observed/book.ts',
        there: '  if (quantity === 0) return { lot: undefined, realised };\n',
        instead:
          '  if (quantity === 0) return { lot: undefined, realised };\n  if (realised !== 0)\n    return { lot: { ...lot, quantity, cost: add(lot.cost, trade.value) }, realised: 0 as Money };\n',
      },
    ],
    look: { by: 'story', story: 'in parts, at other prices' },
    invariant: 'profit-is-of-what-left',
  },
  {
    name: 'buy-back-at-once',
    sentence: 'What somebody has sold by hand is bought back in the next pass.',
    changes: [
      {
        file: 'observed/fold-books.ts',
        there: '      ledger.shrunkOn.set(symbol, event.sessionDate);\n      return;',
        instead: '      return;',
      },
    ],
    look: { by: 'story', story: 'a sale by hand' },
    invariant: 'a-sale-by-hand-stays',
  },
  {
    name: 'an-old-fence-is-good-enough',
    sentence:
      'Who was overtaken goes on: only a lock of an earlier fence than its own is one that it has lost. Its time is over by then, and that is not asked either.',
    changes: OVERTAKEN_GOES_ON,
    look: { by: 'story', story: 'a pause past the expiry' },
    invariant: 'order-has-intent',
  },
  {
    name: 'a-lock-with-the-fence-of-the-last',
    sentence: 'A lock has the fence of the one before, and counts with it.',
    changes: [
      {
        file: 'actions/execution-lock.ts',
        there: '  const fence = before.fence + 1;',
        instead: '  const fence = Math.max(1, before.fence);',
      },
      {
        file: 'observed/ledger-fold.ts',
        there: 'return event.fence !== ledger.fence + 1;',
        instead: 'return event.fence < ledger.fence;',
      },
    ],
    look: { by: 'crashes', faults: 'kill' },
    invariant: 'fences-grow',
  },
  {
    name: 'take-a-lock-too-early',
    sentence: 'A lock counts as stale while its holder still works, two minutes before it expires.',
    changes: [
      {
        file: 'actions/lock-view.ts',
        there: '? clock.monotonic() >= lock.expiresMonotonic',
        instead: '? clock.monotonic() >= lock.expiresMonotonic - 120 * SECOND',
      },
    ],
    look: { by: 'story', story: 'a pause short of the expiry' },
    invariant: 'one-holder',
  },
  {
    name: 'one-look-is-proof',
    sentence: 'Shares that one look misses are a break at once: nobody looks again.',
    changes: [
      {
        file: 'reconciler/rules/evidence.ts',
        there: '    const seenTwice = wasSeenBefore(facts, difference);',
        instead: '    const seenTwice = facts.input.now > 0;',
      },
    ],
    look: { by: 'story', story: 'a history that is empty once' },
    invariant: 'two-looks-before-a-break',
  },
  {
    name: 'a-cancel-drops-what-was-filled',
    sentence: 'What an order has filled until it was cancelled, or expired, is not booked with its end.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: '  bookIncrease(execution, known, seen);',
        instead:
          "  if (seen.status !== 'canceled' && seen.status !== 'expired') bookIncrease(execution, known, seen);",
      },
    ],
    look: { by: 'story', story: 'an end that nobody saw' },
    invariant: 'ends-lose-no-fill',
  },
  {
    name: 'an-exit-sells-what-the-broker-holds',
    sentence:
      'What leaves a book takes all with it that the broker holds of the symbol. The check of the plan would stop it, and is not made.',
    changes: [
      {
        file: 'reconciler/orders.ts',
        there: '  const free = Math.min(Math.abs(from - to), Math.abs(from), available) as Quantity;',
        instead:
          '  const free = (to === 0 ? available : Math.min(Math.abs(from - to), Math.abs(from), available)) as Quantity;',
      },
      {
        file: 'reconciler/orders.ts',
        there: '  const to = (from > 0 ? from - quantity : from + quantity) as Quantity;',
        instead:
          '  const to = (from > 0 ? Math.max(0, from - quantity) : Math.min(0, from + quantity)) as Quantity;',
      },
      {
        file: 'reconciler/check-sides.ts',
        there: "  if (from + (side === 'buy' ? quantity : 0 - quantity) !== to)",
        instead: "  if (isEntry && from + (side === 'buy' ? quantity : 0 - quantity) !== to)",
      },
      {
        file: 'reconciler/check-plan.ts',
        there: '  if (owned === 0 || order.side !== side || order.quantity > Math.abs(owned)) {',
        instead: '  if (owned === 0 || order.side !== side) {',
      },
    ],
    look: { by: 'story', story: 'shares of nobody' },
    invariant: 'sells-only-what-it-owns',
  },
  {
    name: 'cut-what-did-not-fit',
    sentence: 'Where the disk has taken a part of a record, the journal is cut back to where it began.',
    changes: [
      {
        file: 'store/journal.ts',
        there: '    if (count < bytes.length) throw diskFull();',
        instead:
          '    if (count < bytes.length) {\n      file.cut(this.#position.offset);\n      throw diskFull();\n    }',
      },
      {
        file: 'store/journal-file.ts',
        there: '    append: (bytes) => writeSync(fd, bytes),',
        instead: '    append: (bytes) => writeSync(fd, bytes),\n    cut: (size) => ftruncateSync(fd, size),',
      },
      {
        file: 'store/journal-file.ts',
        there: '  fstatSync,\n  linkSync,',
        instead: '  fstatSync,\n  ftruncateSync,\n  linkSync,',
      },
    ],
    look: { by: 'story', story: 'a full disk and another writer' },
    invariant: 'journal-is-whole',
  },
  {
    name: 'a-checkpoint-forgets-an-owner',
    sentence: 'With the first record of a session one strategy’s book is gone.',
    changes: [
      {
        file: 'observed/checkpoint.ts',
        there: '    ...whole,\n',
        instead: '    ...whole,\n    books: new Map([...whole.books].slice(1)),\n',
      },
    ],
    look: { by: 'story', story: 'stopped over night' },
    invariant: 'same-from-the-start',
  },
  {
    name: 'a-checkpoint-forgets-to-sell',
    sentence: 'With the first record of a session a shutdown that was to sell sells no more.',
    changes: [
      {
        file: 'observed/checkpoint.ts',
        there: '    ...whole,\n',
        instead:
          '    ...whole,\n    drains: new Map([...whole.drains].map(([name, drain]) => [name, { ...drain, close: false }])),\n',
      },
    ],
    look: { by: 'story', story: 'stopped over night' },
    invariant: 'same-from-the-start',
  },
  {
    name: 'each-process-counts-anew',
    sentence: 'The limit of orders a day is one of orders a pass.',
    changes: [
      {
        file: 'reconciler/rules/limits.ts',
        there: '    ordersToday: today.length + draft',
        instead: '    ordersToday: draft',
      },
    ],
    look: { by: 'story', story: 'limits' },
    invariant: 'within-its-limits',
  },
  {
    name: 'a-halt-stops-only-sales',
    sentence:
      'Entries go out while the account is halted. Plan, check of the plan and the look before each order would each stop them.',
    changes: [
      {
        file: 'reconciler/brakes.ts',
        there: "  if (halt !== null) return { code: 'Halted', detail: describeHalt(halt) };\n  const",
        instead:
          "  if (halt !== null && isReduction) return { code: 'Halted', detail: describeHalt(halt) };\n  const",
      },
      {
        file: 'reconciler/rules/halt.ts',
        there: '  for (const order of [...draft.reductions, ...draft.entries]) {',
        instead: '  for (const order of draft.reductions) {',
      },
      {
        file: 'reconciler/rules/halt.ts',
        there: '  draft.entries.length = 0;\n',
        instead: '',
      },
      {
        file: 'reconciler/check-brakes.ts',
        there: '    if (ledger.halt !== null && !(isFlattening && sellsAll))',
        instead: "    if (ledger.halt !== null && kind === 'close' && !(isFlattening && sellsAll))",
      },
    ],
    look: { by: 'story', story: 'stopped over night' },
    invariant: 'off-is-off',
  },
  {
    name: 'send-on-an-old-look',
    sentence: 'What was seen of the account backs orders for as long as their execution lasts.',
    changes: [
      {
        file: 'actions/dispatch.ts',
        there: 'execution.ports.clock.now() - readAt > execution.settings.snapshotAge;',
        instead: 'readAt > execution.ports.clock.now();',
      },
    ],
    look: { by: 'story', story: 'a slow market' },
    invariant: 'on-a-fresh-look',
  },
  {
    name: 'spend-it-twice',
    sentence:
      'Entries do not ask what money is left. Plan, check of the plan and the look before each order would each stop them.',
    changes: [
      {
        file: 'reconciler/rules/limits.ts',
        there: '  if (needed <= buyingPower) return null;\n',
        instead: '  if (needed <= buyingPower || needed > 0) return null;\n',
      },
      {
        file: 'reconciler/check-plan.ts',
        there: '  if (running.buyingPower < 0) report',
        instead: '  if (running.buyingPower > running.buyingPower) report',
      },
      {
        file: 'actions/dispatch.ts',
        there: '  if (taken > context.buyingPower) {',
        instead: '  if (taken > taken) {',
      },
    ],
    look: { by: 'story', story: 'more than there is money for' },
    invariant: 'asks-for-no-more-than-there-is',
  },
  {
    name: 'no-limit-of-exposure',
    sentence: 'What a strategy may hold limits nothing. Plan and check of the plan would each stop it.',
    changes: [
      {
        file: 'reconciler/rules/limits.ts',
        there: '  if (exposure + entry.value > limit) {',
        instead: '  if (exposure > exposure + entry.value) {',
      },
      {
        file: 'reconciler/check-plan.ts',
        there:
          '  if ((running.exposure.get(order.strategy) ?? 0) > shareOf(world.equity, capital.maxExposure)) {',
        instead: '  if (world.equity < 0) {',
      },
    ],
    look: { by: 'story', story: 'limits' },
    invariant: 'within-its-limits',
  },
  {
    name: 'a-checkpoint-forgets-slots',
    sentence: 'With the first record of a session it is forgotten which slots have run.',
    changes: [
      {
        file: 'observed/checkpoint.ts',
        there: '    slots: newestSlots(slots),',
        instead: '    slots: new Map(),',
      },
    ],
    look: { by: 'found day', day: 'what a slot wants was bought by hand, and is nobody’s' },
    invariant: 'same-from-the-start',
  },
  {
    name: 'a-new-name-lifts-a-suspension',
    sentence: 'What is suspended opens again under another name.',
    changes: [
      {
        file: 'observed/fold-operator.ts',
        there:
          '  if (suspension !== undefined) ledger.suspensions.set(to, { ...suspension, strategy: to });\n',
        instead: '',
      },
    ],
    look: { by: 'story', story: 'a new name' },
    invariant: 'off-is-off',
  },
  {
    name: 'a-new-name-leaves-an-order-behind',
    sentence: 'What an order without an end brings goes to the name that its strategy had.',
    changes: [
      {
        file: 'observed/fold-operator.ts',
        there: '  renameOrders(ledger.openOrders, from, to);\n',
        instead: '',
      },
    ],
    look: { by: 'story', story: 'a new name' },
    invariant: 'same-end',
  },
  {
    name: 'a-kill-cancels-nothing',
    sentence: 'Orders that an operator calls off work on.',
    changes: [
      {
        file: 'actions/follow.ts',
        there: "  if (mode === 'hold') return false;\n",
        instead: "  if (mode !== 'flatten') return false;\n",
      },
    ],
    look: { by: 'story', story: 'killed while orders work' },
    invariant: 'called-off-is-over',
  },
  {
    name: 'the-toggle-file-is-read-once',
    sentence: 'A controller that runs does not see what somebody writes into the toggle file.',
    changes: [
      {
        file: 'cli/declared.ts',
        there: '      const now = stampOf(files);',
        instead:
          "      const lines = stampOf(files).split('\\n');\n      const now = lines.filter((line) => !line.includes('toggle')).join('\\n');",
      },
    ],
    look: { by: 'story', story: 'switched off by hand' },
    invariant: 'a-switch-on-disk-counts',
  },
  {
    name: 'a-suspension-begins-at-its-end',
    sentence:
      'A suspension with an end counts behind it, and not before. The check of the plan would stop it.',
    changes: [
      {
        file: 'observed/brakes.ts',
        there: 'return found.until === null || now < found.until ? found : null;',
        instead: 'return found.until === null || now >= found.until ? found : null;',
      },
    ],
    look: { by: 'story', story: 'suspended for a while' },
    invariant: 'no-defect',
  },
  {
    name: 'a-loss-is-what-was-realised',
    sentence:
      'What shares have lost that are still held counts for no limit. Plan and check of the plan would each stop it.',
    changes: [
      {
        file: 'reconciler/rules/loss-limits.ts',
        there: 'return profitOf({ ...worth, realised',
        instead: 'return profitOf({ ...worth, value: worth.cost, realised',
      },
      {
        file: 'reconciler/check-losses.ts',
        there: '    profit += valueOf(quantity, price) - cost;',
        instead: '    profit += 0 * (valueOf(quantity, price) - cost);',
      },
    ],
    look: { by: 'story', story: 'a loss over night' },
    invariant: 'stops-at-a-loss',
  },
  {
    name: 'a-word-ends-every-order',
    sentence: 'What an operator says of a symbol ends the orders without an end of all others, too.',
    changes: [
      {
        file: 'observed/fold-books.ts',
        there: '    ({ intent }) => intent.symbol === event.symbol,',
        instead: '    ({ intent }) => intent.symbol.length > 0,',
      },
    ],
    look: { by: 'story', story: 'a word on another symbol' },
    invariant: 'one-order-a-symbol',
  },
  {
    name: 'one-leg-alone',
    sentence:
      'One leg of a pair goes out where the other one cannot. Plan and check of the plan would each stop it.',
    changes: [
      {
        file: 'reconciler/rules/groups.ts',
        there: '  if (why === null) return;\n',
        instead: "  if (why !== '') return;\n",
      },
      {
        file: 'reconciler/rules/groups.ts',
        there: '    if (!legs.some(isHedge) && workingOf',
        instead: '    if (legs.length > 9 && !legs.some(isHedge) && workingOf',
      },
      {
        file: 'reconciler/check-groups.ts',
        there: '  return then * to < 0 ? []',
        instead: '  return then * to < 0 || to !== 0 ? []',
      },
    ],
    look: { by: 'story', story: 'a leg that cannot be' },
    invariant: 'both-legs-or-none',
  },
  {
    name: 'no-time-to-settle',
    sentence: 'What the broker does not show yet of fills of our own counts as missing.',
    changes: [
      {
        file: 'observed/attribution.ts',
        there: '  if (recent !== undefined && gap >= negate(recent.bought) && gap <= recent.sold)',
        instead: '  if (recent !== undefined && gap > gap)',
      },
    ],
    look: { by: 'story', story: 'positions that lag' },
    invariant: 'own-fills-may-settle',
  },
  {
    name: 'a-late-order-counts-whole',
    sentence:
      'Of an order that is shown after all everything is booked, also what the book has by an operator’s word.',
    changes: [
      {
        file: 'reconciler/rules/late-orders.ts',
        there:
          '  const lacking = Math.min(Math.max(0, lackingOf(facts, order, seen)), unbooked) as Quantity;',
        instead: '  const lacking = Math.max(unbooked, 0 * lackingOf(facts, order, seen)) as Quantity;',
      },
    ],
    look: { by: 'story', story: 'shown after all' },
    invariant: 'books-are-the-brokers',
  },
  {
    name: 'orders-until-the-close',
    sentence: 'An order whose turn comes behind the last moment of its session is sent.',
    changes: [
      {
        file: 'actions/execution.ts',
        there: "  if (lastSubmit !== null && clock.now() > lastSubmit) return 'MarketClosed';\n",
        instead: '',
      },
    ],
    look: { by: 'story', story: 'paused at the close' },
    invariant: 'in-its-session',
  },
  {
    name: 'the-state-file-stays-behind',
    sentence: 'Who gives the lock back does not write the state file.',
    changes: [
      {
        file: 'actions/execution-lock.ts',
        there: '  ports.stateFile.write(ledger);\n  return ledger;',
        instead: '  return ledger;',
      },
    ],
    look: { by: 'crashes', faults: 'kill' },
    invariant: 'state-file-keeps-up',
  },
  {
    name: 'a-lock-without-an-end',
    sentence: 'An execution sends as long as nobody else has taken its lock, also behind its expiry.',
    changes: [
      {
        file: 'actions/execution.ts',
        there: '  if (clock.monotonic() + execution.settings.requestTimeout > execution.submitUntil)\n',
        instead: '  if (elapsed < 0)\n',
      },
    ],
    look: { by: 'story', story: 'paused alone' },
    invariant: 'sent-under-the-lock',
  },
  {
    name: 'a-part-is-the-whole',
    sentence: 'With its first fill the whole of an order is booked.',
    changes: [
      {
        file: 'actions/book-order.ts',
        there: '    const quantity = subtract(seen.filledQuantity, booked.filled);',
        instead: '    const quantity = subtract(order.intent.quantity, booked.filled);',
      },
      {
        file: 'actions/book-order.ts',
        there: '    const { brokerOrderId, filledQuantity: cumulative } = seen;',
        instead: '    const { brokerOrderId } = seen;\n    const cumulative = order.intent.quantity;',
      },
    ],
    look: { by: 'days' },
    invariant: 'fills-are-true',
  },
  {
    name: 'two-owners',
    sentence:
      'A strategy opens what another one owns. Plan, check of the plan and the look before each order would each stop it.',
    changes: [
      {
        file: 'reconciler/rules/ownership.ts',
        there: '    if (owner !== undefined) {',
        instead: '    if (owner !== owner) {',
      },
      {
        file: 'reconciler/rules/ownership.ts',
        there: '    if (taken.has(entry.symbol)) {',
        instead: "    if (taken.has('')) {",
      },
      {
        file: 'reconciler/check-plan.ts',
        there: '    if (name !== order.strategy && quantity !== 0) report',
        instead: '    if (name !== order.strategy && quantity > quantity) report',
      },
      {
        file: 'actions/dispatch.ts',
        there: "  return owner === undefined ? null : { code: 'SymbolConflict'",
        instead: "  return owner === undefined || owner.length > 0 ? null : { code: 'SymbolConflict'",
      },
    ],
    look: { by: 'story', story: 'another one is to have it' },
    invariant: 'one-owner',
  },
  {
    name: 'a-slot-is-missed-at-once',
    sentence: 'A slot that has not started when it opens is reported as missed, and never runs.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: '  return now > (runsOn ? slot.lastStart : slot.closesAt);',
        instead: '  return now > (runsOn && slot.lastStart < 0 ? slot.lastStart : slot.at);',
      },
    ],
    look: { by: 'days' },
    invariant: 'a-slot-is-missed-in-time',
  },
  {
    name: 'a-lock-that-is-kept',
    sentence: 'Nobody gives the lock back: the next one takes it over from a process that is gone.',
    changes: [
      {
        file: 'actions/execution-lock.ts',
        there: "  const ledger = record(execution, () => ({ type: 'lock-released', fence }));",
        instead: '  const ledger = ports.journal.refresh();\n  assertFence(execution, ledger);',
      },
      {
        file: 'actions/execution-lock.ts',
        there: 'import { LockLost, record, startExecution, type Execution }',
        instead: 'import { assertFence, LockLost, record, startExecution, type Execution }',
      },
    ],
    look: { by: 'story', story: 'a sale by hand' },
    invariant: 'nothing-is-left-open',
  },
  {
    name: 'sell-beside-a-purchase',
    sentence:
      'A symbol whose purchase has no end yet is sold. Plan, check of the plan and the look before each order would each stop it.',
    changes: [
      {
        file: 'reconciler/rules/orders-in-flight.ts',
        there: "{ grade: 'again', order } : { grade: 'all' }),",
        instead: "{ grade: 'again', order } : { grade: 'entries' }),",
      },
      {
        file: 'reconciler/check-beside.ts',
        there: '  if (others.length > 0 || atBroker.some((open) => open.symbol === symbol))',
        instead: '  if (others.length > 9 && atBroker.some((open) => open.symbol === symbol))',
      },
      {
        file: 'actions/dispatch.ts',
        there: '  if (isPending(ledger, action) || stoppingBreak(ledger, action.symbol) !== undefined)',
        instead: '  if (isPending(ledger, action) && stoppingBreak(ledger, action.symbol) !== undefined)',
      },
    ],
    look: { by: 'story', story: 'less is wanted meanwhile' },
    invariant: 'opposite-orders-of-one-moment',
  },
  {
    name: 'a-doubt-rests-its-strategy',
    sentence:
      'A strategy rests once more whenever one of its orders is looked for in vain, and for longer than a minute, so that no turn comes in which it could go out again.',
    changes: [
      {
        file: 'actions/back-off.ts',
        there: '  if (failed.every(isDoubt)) return {',
        instead: '  if (failed.every(isDoubt) && now < 0) return {',
      },
      {
        file: 'actions/back-off.ts',
        there: '  const longest = due.has(strategy) || failed.some(isLeg) ? RETRY_URGENT',
        instead: '  const longest = due.has(strategy) && failed.some(isLeg) && now < 0 ? RETRY_URGENT',
      },
    ],
    look: { by: 'found day', day: 'a leg of a pair is lost twice on its way' },
    invariant: 'a-slot-is-done-in-its-window',
  },
  {
    name: 'the-profit-of-one-symbol',
    sentence: '`get strategies` shows the profit of one symbol of each strategy as that of all.',
    changes: [
      {
        file: 'cli/views/strategies.ts',
        there: 'sumOf(ledger.realised.get(name)?.values() ?? [])',
        instead: 'sumOf([...(ledger.realised.get(name)?.values() ?? [])].slice(-1))',
      },
    ],
    look: { by: 'days' },
    invariant: 'reports-are-true',
  },
  ...LOOP_BUGS,
  ...REPORT_BUGS,
  ...SIGNAL_BUGS,
  ...RECOVERY_BUGS,
];
