/** Bugs of signals and their answers, of losses, and of a clock that is wrong. A part of the table in bugs.ts. */
import type { Bug } from './bugs.ts';
import { AHEAD_FOR_GOOD } from './changes.ts';

export const SIGNAL_BUGS: readonly Bug[] = [
  {
    name: 'an-older-answer-is-good-enough',
    sentence:
      'A pass follows the answer that it had before the lock, although another one has traded on a newer one since.',
    changes: [
      {
        file: 'actions/overtaken.ts',
        there: 'if (slot === undefined && isOrderedSince(',
        instead: "if (slot === '' && isOrderedSince(",
      },
    ],
    look: { by: 'story', story: 'an older answer' },
    invariant: 'older-answers-undo-nothing',
  },
  {
    name: 'two-answers-for-a-slot',
    sentence: 'A pass that goes on with a slot of another one records its own answer as that of the slot.',
    changes: [
      { file: 'actions/overtaken.ts', there: 'given.delete(strategy);', instead: 'begun.add(strategy);' },
    ],
    look: { by: 'story', story: 'two answers' },
    invariant: 'as-it-was-decided',
  },
  {
    name: 'no-answer-wants-nothing',
    sentence: 'A program that fails counts as one that wants nothing, so that all is sold.',
    changes: [
      {
        file: 'reconciler/rules/targets.ts',
        there: "  if (answer?.kind !== 'targets' && !needsNone) return null;",
        instead: '  if (answer === undefined && !needsNone) return null;',
      },
      {
        file: 'reconciler/rules/targets.ts',
        there: "wholeShares, unlisted: 'hold' };",
        instead: "wholeShares, unlisted: answer?.kind === 'failed' ? 'close' : 'hold' };",
      },
    ],
    look: { by: 'story', story: 'no answer' },
    invariant: 'as-it-was-decided',
  },
  {
    name: 'the-rest-of-an-answer-counts',
    sentence: 'Of an answer that names a symbol outside its universe, the rest is followed.',
    changes: [
      {
        file: 'strategies/command.ts',
        there:
          "    if (!universe.has(symbol)) return { kind: 'malformed', reason: `${symbol} is not in its universe` };",
        instead: '    if (!universe.has(symbol)) continue;',
      },
    ],
    look: { by: 'story', story: 'no answer' },
    invariant: 'as-it-was-decided',
  },
  {
    name: 'the-loss-of-another-day',
    sentence:
      'Where nobody could say at the start of a session what a book was worth, the day before counts for its daily loss.',
    changes: [
      {
        file: 'reconciler/rules/loss-limits.ts',
        there: 'return curve === null || curve.day.session < now.session ? null : curve;',
        instead: 'return curve;',
      },
    ],
    look: { by: 'story', story: 'a loss of another day' },
    invariant: 'a-loss-is-one',
  },
  {
    name: 'a-day-begins-at-its-first-mark-alone',
    sentence:
      'The close before a session begins no day where its first mark has no value, so that nothing is bought all day long.',
    changes: [
      {
        file: 'observed/fold-marks.ts',
        there: "else if (curve !== null && kind === 'start')",
        instead: "else if (curve !== null && kind === 'close')",
      },
    ],
    look: { by: 'story', story: 'a loss of another day' },
    invariant: 'a-loss-is-one',
  },
  {
    name: 'a-reset-keeps-the-day',
    sentence: 'Behind a reset the loss of the day counts as before, and is latched once more.',
    changes: [
      {
        file: 'observed/loss-curve.ts',
        there: 'return { day: moved(curve.day), week',
        instead: 'return { day: curve.day, week',
      },
    ],
    look: { by: 'story', story: 'a loss of another day' },
    invariant: 'a-loss-is-one',
  },
  {
    name: 'ahead-for-good',
    sentence:
      'A clock that was behind when `run` started is ahead by as much once somebody has set it right.',
    changes: AHEAD_FOR_GOOD,
    look: { by: 'story', story: 'a clock an hour off' },
    invariant: 'acts-when-it-is-over',
  },
  {
    name: 'the-price-of-the-plan-is-enough',
    sentence: 'The guards of an entry are asked in the plan, and not again on a quote of the moment.',
    changes: [
      {
        file: 'actions/dispatch.ts',
        there: 'return badQuote(context, action, quote) ?? unaffordable(context, action);',
        instead: 'return unaffordable(context, action);',
      },
    ],
    look: { by: 'story', story: 'a price that jumps' },
    invariant: 'within-its-limits',
  },
];
