/** `hgctl disable` while the process that executes does not go on: exit 9, and the shutdown stays requested. */
import { expect, onTestFinished, test } from 'vitest';
import { project } from '../support/project.ts';

const ORDER_IS_SENT = 'Submitting order';

test('disable gives up after 60 s, leaves the flag set, and the holder sends no further order', async () => {
  const mine = project({
    strategies: { core: { targets: { AAA: '1', BBB: '1', CCC: '1' } } },
    account: { broker: { fillDelay: '1s', partialFills: '0%' }, execution: { maxInFlight: 1 } },
    now: null,
  });
  const holder = mine.start('apply', '--yes');
  onTestFinished(() => void holder.process.kill('SIGKILL'));
  await holder.said(ORDER_IS_SENT);
  holder.process.kill('SIGSTOP');
  // On a clock that stands still the 60 s are over at once.
  const disabled = await mine.at(new Date().toISOString()).run('disable', 'core');
  expect(disabled.code).toBe(9);
  expect(disabled.stdout).toMatch(/Waiting for current execution to complete\.\.\. still running\n$/);
  expect(disabled.stderr).toContain('core still executes after 60 s; its shutdown stays requested');
  expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(
    /core:\s+enabled: true\s+shutdown_requested: true/,
  );
  holder.process.kill('SIGCONT');
  const { code, stderr } = await holder.ended;
  expect(code).toBe(10);
  expect(stderr.split(ORDER_IS_SENT)).toHaveLength(2);
  expect(stderr).toContain('Shutdown requested - aborting remaining 2 orders');
  const again = await mine.run('disable', 'core');
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('CORE strategy disabled.');
  expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(
    /core:\s+enabled: false\s+shutdown_requested: false/,
  );
});
