/** Bugs in what is reported, and in what follows an operator's word. A part of the table in bugs.ts. */
import type { Bug } from './bugs.ts';

export const REPORT_BUGS: readonly Bug[] = [
  {
    name: 'orphans-of-a-word-are-not-shown',
    sentence: '`status` calls orphaned only what the toggle file turns off, and not what an operator has.',
    changes: [
      {
        file: 'cli/commands/status.ts',
        there: '    ([name, standing]) => isSwitchedOff(standing, ledger) && ',
        instead: '    ([name, standing]) => isSwitchedOff(standing, ledger) && !ledger.drains.has(name) && ',
      },
    ],
    look: { by: 'story', story: 'whose it is' },
    invariant: 'reports-are-true',
  },
  {
    name: 'a-book-without-a-manifest-is-not-shown',
    sentence: '`status` leaves out what no manifest declares, whatever it owns.',
    changes: [
      {
        file: 'cli/commands/status.ts',
        there:
          '      return (moment.ledger.books.get(name)?.size ?? 0) > 0 ? [undeclaredBlock(name, moment.ledger)] : [];',
        instead:
          '      return moment.ledger.inventory.has(name) ? [] : [undeclaredBlock(name, moment.ledger)];',
      },
    ],
    look: { by: 'story', story: 'whose it is' },
    invariant: 'reports-are-true',
  },
  {
    name: 'shown-as-anothers',
    sentence: '`get positions` sorts the names of owners, and not what they own.',
    changes: [
      {
        file: 'cli/views/positions.ts',
        there: '  const owned = sortedByName(ledger.books).flatMap(([strategy, book]) =>',
        instead:
          '  const names = [...ledger.books.keys()].sort(compareText);\n  const owned = [...ledger.books.values()].flatMap((book, at) =>',
      },
      {
        file: 'cli/views/positions.ts',
        there: '      ownedItem(strategy, symbol, lot, {',
        instead: "      ownedItem(names[at] ?? '', symbol, lot, {",
      },
    ],
    look: { by: 'story', story: 'whose it is' },
    invariant: 'reports-are-true',
  },
  {
    name: 'worth-what-it-has-cost',
    sentence: '`get positions` shows what shares have cost as what they are worth.',
    changes: [
      {
        file: 'cli/views/positions.ts',
        there: 'formatMoney(valueOf(quantity, position.marketPrice))',
        instead: 'formatMoney(valueOf(quantity, position.averagePrice))',
      },
    ],
    look: { by: 'story', story: 'adopted at another price' },
    invariant: 'reports-are-true',
  },
  {
    name: 'at-the-cost-of-the-broker',
    sentence: '`get positions` shows of each lot what all shares of its symbol have cost at the broker.',
    changes: [
      {
        file: 'cli/views/positions.ts',
        there: '    averageCost: formatMoney(averageOf(lot.cost, lot.quantity)),',
        instead: '    averageCost: formatMoney(position?.averagePrice ?? averageOf(lot.cost, lot.quantity)),',
      },
    ],
    look: { by: 'story', story: 'adopted at another price' },
    invariant: 'reports-are-true',
  },
  {
    name: 'a-refused-sale-leaves-nothing',
    sentence: '`kill --flatten` exits with 0 where all that is left is what the broker has refused to sell.',
    changes: [
      {
        file: 'cli/commands/kill.ts',
        there: '  if (left.length === 0) return EXIT.done;',
        instead: "  if (left.every(({ reason }) => reason === 'OrderRefused')) return EXIT.done;",
      },
    ],
    look: { by: 'story', story: 'flat, or not' },
    invariant: 'zero-means-flat',
  },
  {
    name: 'a-part-is-flat',
    sentence: '`kill --flatten` counts as sold what has been sold in part.',
    changes: [
      {
        file: 'cli/commands/kill.ts',
        there: '    const left = flatness.leftovers.map(',
        instead:
          "    const isSold = (lot: Leftover) =>\n      sale.outcomes.some((one) => one.kind === 'failed' && one.filled > 0 && one.action.symbol === lot.symbol);\n    const left = flatness.leftovers.filter((lot) => !isSold(lot)).map(",
      },
    ],
    look: { by: 'story', story: 'flat, or not' },
    invariant: 'zero-means-flat',
  },
  {
    name: 'a-second-kill-hides-what-it-sells',
    sentence: 'A `kill --flatten` that is said again sells on, and the state file does not show it.',
    changes: [
      {
        file: 'cli/brake.ts',
        there: '    const after = passEdited(io, world);',
        instead: '    const after = isNew ? passEdited(io, world) : quiet(world);',
      },
    ],
    look: { by: 'story', story: 'flat, or not' },
    invariant: 'state-file-keeps-up',
  },
  {
    name: 'a-trigger-for-every-day',
    sentence: 'What an operator has triggered once runs at any time of every session.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: '  return triggers.has(id) && now <= lastStart;',
        instead:
          "  const [name, , ...time] = id.split('/');\n  const known = [...triggers.keys()].some((one) => one.startsWith(`${name}/`) && one.endsWith(time.join('/')));\n  return known && now <= lastStart;",
      },
    ],
    look: { by: 'story', story: 'triggered by hand' },
    invariant: 'inside-its-window',
  },
  {
    name: 'a-trigger-runs-what-is-done',
    sentence: 'A slot that was triggered runs again in every pass, also where it is done.',
    changes: [
      {
        file: 'reconciler/slots.ts',
        there: "  if (run !== undefined) return run.state !== 'started';",
        instead: "  if (run !== undefined) return run.state !== 'started' && !ledger.triggers.has(slot.id);",
      },
    ],
    look: { by: 'story', story: 'triggered by hand' },
    invariant: 'a-slot-runs-once',
  },
  {
    name: 'adopted-at-the-price-of-the-market',
    sentence: 'What is adopted costs what it is worth, whatever was said.',
    changes: [
      {
        file: 'actions/adopt.ts',
        there: '      cost: valueOf(quantity, price),',
        instead: '      cost: valueOf(quantity, position?.marketPrice ?? price),',
      },
    ],
    look: { by: 'story', story: 'adopted at another price' },
    invariant: 'adopted-at-what-was-said',
  },
  {
    name: 'a-word-is-a-loss',
    sentence: 'What shares are worth less than was said when they were adopted counts as lost.',
    changes: [
      {
        file: 'observed/fold-books.ts',
        there:
          '      if (event.value !== undefined) carry(ledger, event.strategy, event.value - value);\n      if (seenPrice',
        instead: '      if (seenPrice',
      },
    ],
    look: { by: 'story', story: 'adopted at another price' },
    invariant: 'adopted-at-what-was-said',
  },
  {
    name: 'forgotten-with-what-was-stopped',
    sentence: 'A strategy that is pruned, and declared again, is no more suspended or off.',
    changes: [
      {
        file: 'observed/fold-operator.ts',
        there: '      ledger.inventory.delete(event.strategy);\n      return;',
        instead:
          '      ledger.inventory.delete(event.strategy);\n      ledger.drains.delete(event.strategy);\n      ledger.suspensions.delete(event.strategy);\n      return;',
      },
    ],
    look: { by: 'story', story: 'pruned, and declared again' },
    invariant: 'off-is-off',
  },
  {
    name: 'forgotten-with-its-slots',
    sentence: 'A strategy that is pruned, and declared again, runs the slot again that it has run.',
    changes: [
      {
        file: 'observed/fold-operator.ts',
        there: '      ledger.inventory.delete(event.strategy);\n      return;',
        instead:
          '      ledger.inventory.delete(event.strategy);\n      for (const [id, run] of [...ledger.slots]) if (run.strategy === event.strategy) ledger.slots.delete(id);\n      return;',
      },
    ],
    look: { by: 'story', story: 'pruned, and declared again' },
    invariant: 'a-slot-runs-once',
  },
  {
    name: 'forgotten-with-what-it-owns',
    sentence: '`apply --prune` drops a strategy that owns something, and its shares are nobody’s.',
    changes: [
      {
        file: 'actions/prune.ts',
        there: '  if (positions > 0) return',
        instead: '  if (positions < 0) return',
      },
      {
        file: 'observed/fold-operator.ts',
        there: '      ledger.inventory.delete(event.strategy);\n      return;',
        instead:
          '      ledger.inventory.delete(event.strategy);\n      ledger.books.delete(event.strategy);\n      return;',
      },
    ],
    look: { by: 'story', story: 'pruned, and declared again' },
    invariant: 'books-change-with-cause',
  },
  {
    name: 'over-the-hand-of-another',
    sentence: 'The toggle file is written over by what was made of it when the command read it.',
    changes: [
      {
        file: 'store/toggle-file.ts',
        there: "    if (now.kind !== 'text' || now.text !== before) return false;",
        instead: "    if (now.kind !== 'text') return false;",
      },
    ],
    look: { by: 'story', story: 'a hand in the toggle file' },
    invariant: 'no-word-is-lost',
  },
  {
    name: 'a-fraction-leaves-its-book',
    sentence: 'Of what a split makes of a lot only whole shares are booked.',
    changes: [
      {
        file: 'observed/fold-actions.ts',
        there: '    else book.set(symbol, { ...lot, quantity: to });',
        instead: '    else book.set(symbol, { ...lot, quantity: (to - (to % 1_000_000_000)) as typeof to });',
      },
    ],
    look: { by: 'story', story: 'a company over night' },
    invariant: 'books-are-the-brokers',
  },
  {
    name: 'the-word-of-a-split-trades',
    sentence:
      'Behind a split that an operator says, targets in old shares are followed as if they were of new ones.',
    changes: [
      {
        file: 'observed/fold-books.ts',
        there: '  if (ratio !== undefined)',
        instead: '  if (ratio !== undefined && owners.length === 0)',
      },
    ],
    look: { by: 'story', story: 'a company over night' },
    invariant: 'a-company-trades-nothing',
  },
  {
    name: 'the-old-name-is-sold',
    sentence: 'What is owned under a name that the manifest does not know yet is sold.',
    changes: [
      {
        file: 'reconciler/rules/after-actions.ts',
        there: '    if (known === undefined || universe.has(symbol)) return [];',
        instead: '    if (known === undefined || !universe.has(symbol)) return [];',
      },
    ],
    look: { by: 'story', story: 'a company over night' },
    invariant: 'a-company-trades-nothing',
  },
];
