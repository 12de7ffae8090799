/** Bugs in the words of recovery: rebuild, import state, copies. A part of the table in bugs.ts. */
import type { Bug } from './bugs.ts';

export const RECOVERY_BUGS: readonly Bug[] = [
  {
    name: 'rebuilt-books-forget-a-suspension',
    sentence: 'Books that are opened from a copy of the state file know nothing of halts and suspensions.',
    changes: [{ file: 'cli/book-source.ts', there: '    brakes: brakesOf(state.document),\n', instead: '' }],
    look: { by: 'story', story: 'the journal is lost' },
    invariant: 'a-lost-journal-moves-nothing',
  },
  {
    name: 'rebuilt-books-run-a-slot-again',
    sentence: 'Likewise, nothing of when a strategy has executed last.',
    changes: [
      {
        file: 'cli/book-source.ts',
        there: '    lastExecution: lastExecutionsFromForeign(document),',
        instead: '    lastExecution: lastExecutionsFromForeign(document).slice(0, 0),',
      },
    ],
    look: { by: 'story', story: 'the journal is lost' },
    invariant: 'a-lost-journal-moves-nothing',
  },
  {
    name: 'the-state-file-goes-first',
    sentence:
      'A rebuild puts the state file aside before its new journal is in place: killed between, it goes on from an older copy.',
    changes: [
      {
        file: 'cli/commands/rebuild.ts',
        there: '    const kept = [setAside(lost, now)];',
        instead: '    const kept = [setAside(paths.stateFile, now), setAside(lost, now)];',
      },
    ],
    look: { by: 'story', story: 'the journal is lost' },
    invariant: 'books-change-with-cause',
  },
  {
    name: 'a-journal-that-has-come-back-is-lost',
    sentence: 'Whether there is a journal is looked at once, before the broker is asked.',
    changes: [
      {
        file: 'cli/commands/rebuild.ts',
        there: '    refuseInUse(lost, paths.stateFile, ports.clock.now());\n    const kept',
        instead: '    const kept',
      },
    ],
    look: { by: 'story', story: 'rebuilt by two' },
    invariant: 'books-are-the-brokers',
  },
  {
    name: 'a-torn-copy-counts',
    sentence: 'A copy of the state file that a full disk has cut counts among the newest three.',
    changes: [
      {
        file: 'store/backups.ts',
        there: ".kind === 'ok' ? 'whole' : 'torn';",
        instead: ".kind === 'ok' ? 'whole' : 'whole';",
      },
    ],
    look: { by: 'story', story: 'copies on a full disk' },
    invariant: 'a-lost-journal-moves-nothing',
  },
  {
    name: 'an-accepted-file-takes-nothing-away',
    sentence: 'Where a file that is accepted leaves a position out, its book keeps it.',
    changes: [
      {
        file: 'actions/import-state.ts',
        there: '  return [...written.filter((lot) => isChanged(ledger, lot)), ...gone];',
        instead: '  return [...written.filter((lot) => isChanged(ledger, lot)), ...gone.slice(0, 0)];',
      },
    ],
    look: { by: 'story', story: 'an edit of the state file' },
    invariant: 'an-edit-moves-nothing',
  },
  {
    name: 'a-pass-goes-on-beside-an-edit',
    sentence: 'A pass is stopped by the state file of another program only, and not by an edit of ours.',
    changes: [
      {
        file: 'cli/prepare.ts',
        there: "  if (state.kind === 'edited' || (state.kind === 'foreign' && ledger.opened)) {",
        instead: "  if (state.kind === 'foreign' && ledger.opened) {",
      },
    ],
    look: { by: 'story', story: 'an edit of the state file' },
    invariant: 'an-edit-moves-nothing',
  },
];
