/** The page of all fault cases, for people who trade: from the cases, and from what was seen of them. Pure. */
import type { FaultCase, Turn } from './fault-case.ts';
import type { Seen } from './run-fault-case.ts';

export interface FaultChapter {
  readonly title: string;
  readonly cases: readonly FaultCase[];
}

const HEAD = `# What goes wrong at a broker, and what hgctl does

<!-- Written by test/alpaca/faults.test.ts from what it sees: UPDATE_DOCS=1 npx vitest run test/alpaca/faults.test.ts -->

Each case here was played: the real command line, on an account of \`type: alpaca\`, through Alpaca's SDK and over real
sockets, at the server of [sim serve](simulated-broker.md) with a fault script in between. Exit codes and lines are those that
were seen; this page is made from that run, and a test fails where it is not what is seen today.

\`core\` buys 10 VTI, or sells 6 of the 10 that it holds, unless the case says otherwise. In the lines, what differs from run
to run is \`...\`, and the host is the one of the test.

**After each case**, once the broker behaves again: no order is at the broker that the journal does not have, and none twice; the
books are the broker's positions, share for share; the next \`hgctl apply\` says \`Nothing to do.\` with exit 0; and
\`hgctl journal verify\` finds the journal intact.

What a state of doubt means and what ends it is in [recovery.md](recovery.md); what a reason means, in [reasons.md](reasons.md).
`;

export function faultPage(chapters: readonly FaultChapter[], seen: ReadonlyMap<Turn, Seen>): string {
  const parts = chapters.map(
    ({ title, cases }) => `## ${title}\n\n${cases.map((one) => caseText(one, seen)).join('\n')}`,
  );
  return [HEAD, contentsOf(chapters), ...parts].join('\n');
}

function contentsOf(chapters: readonly FaultChapter[]): string {
  const rows = chapters.flatMap(({ title, cases }) => [
    `- [${title}](#${anchor(title)})`,
    ...cases.map((one) => `  - [${one.title}](#${anchor(one.title)})`),
  ]);
  return `${rows.join('\n')}\n`;
}

/** As GitHub makes them. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

function caseText({ title, story, script, turns, todo }: FaultCase, seen: ReadonlyMap<Turn, Seen>): string {
  const rows = turns.flatMap((turn) => rowsOf(turn, seen.get(turn)));
  return [
    `### ${title}\n`,
    `${story}\n`,
    ...(script === '' ? [] : [`\`\`\`yaml\n${script.replace(/^ {2}/gm, '')}\`\`\`\n`]),
    '| about to | command | exit | says |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...turns.map((turn) => `${outcome(turn)}`),
    `\n**To do:** ${todo}\n`,
  ].join('\n');
}

function rowsOf(turn: Turn, seen: Seen | undefined): string[] {
  const steps = turn.steps.filter((step) => 'hgctl' in step);
  return steps.map(({ hgctl, says }, index) => {
    const found = seen?.steps[index];
    const line = found?.lines.find((one) => one === says) ?? '(not seen)';
    const of = index === 0 ? turn.of : '';
    return `| ${of} | \`hgctl ${hgctl}\` | ${String(found?.exit)} | \`${line.trim().replaceAll('|', '\\|')}\` |`;
  });
}

function outcome({ of, orders, books }: Turn): string {
  const there = orders.length === 0 ? 'none' : orders.map((order) => `\`${order}\``).join(', ');
  const held = Object.entries(books).map(([symbol, quantity]) => `${quantity} ${symbol}`);
  return `- ${of}: orders at the broker: ${there}; the book: ${held.length === 0 ? 'nothing' : held.join(', ')}`;
}
