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
sockets, at the server of \`hgctl sim serve\` with a fault script in between (\`--faults\`). Exit codes, lines, orders and books
are those that were seen; this page is made from that run, and a test fails where it is not what is seen today.

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
  return [
    `### ${title}\n`,
    `${story}\n`,
    ...(script === '' ? [] : [`\`\`\`yaml\n${script.replace(/^ {2}/gm, '')}\`\`\`\n`]),
    '| about to | command | exit | says | orders at the broker, then | the book, then |',
    '|---|---|---|---|---|---|',
    ...turns.flatMap((turn) => rowsOf(turn, seen.get(turn))),
    `\n**To do:** ${todo}\n`,
  ].join('\n');
}

/** One for each command; what is there in the end, in the last of them. */
function rowsOf(turn: Turn, seen: Seen | undefined): string[] {
  if (seen === undefined) return [];
  const steps = turn.steps.filter((step) => 'hgctl' in step);
  return steps.map(({ hgctl, says }, index) => {
    const { exit, lines } = seen.steps[index] ?? { exit: null, lines: [] };
    const line = lines.find((one) => one === says)?.trim() ?? '';
    const isLast = index === steps.length - 1;
    return tableRow([
      index === 0 ? turn.of : 'and then',
      code(`hgctl ${hgctl}`),
      String(exit),
      code(line),
      isLast ? listed(seen.orders.map(code)) : '',
      isLast ? listed(Object.entries(seen.books).map(([symbol, quantity]) => `${quantity} ${symbol}`)) : '',
    ]);
  });
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}
