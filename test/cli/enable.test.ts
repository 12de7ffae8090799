import { expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const TOGGLE = 'manifests/strategy_toggle.yaml';

/** Comments, blanks, quotes and an order that only a person would choose. */
const TEXT = `# Ours.\r
strategies:
  side:   {enabled: true,  shutdown_requested: false}   # in one line
  core:
    enabled:   false    # since the storm
    shutdown_requested: true
# Metadata
modified_by: 'toggle_strategy.sh'
last_modified: "2025-12-02T09:00:00-05:00"`;

function prepared(): Project {
  const mine = project({ strategies: { core: { targets: { VTI: '10' } }, side: { targets: { GLD: '5' } } } });
  mine.write(TOGGLE, TEXT);
  return mine;
}

test('enable changes the values of the switches and the stamps, and no other byte.', async () => {
  const mine = prepared();
  expect(await mine.run('enable', 'core')).toEqual({
    code: 0,
    stdout: 'strategy/core enabled\n',
    stderr: '',
  });
  expect(mine.read(TOGGLE)).toBe(
    TEXT.replace('enabled:   false', 'enabled:   true')
      .replace('shutdown_requested: true', 'shutdown_requested: false')
      .replace("'toggle_strategy.sh'", "'hgctl'")
      .replace('2025-12-02T09:00:00-05:00', '2025-12-02T15:30:00-05:00'),
  );
});

test('enable of an enabled strategy leaves the file as it is.', async () => {
  const mine = prepared();
  const before = mine.fingerprint('manifests');
  expect(await mine.run('enable', 'side')).toMatchObject({
    code: 0,
    stdout: 'strategy/side already enabled\n',
  });
  expect(mine.fingerprint('manifests')).toEqual(before);
});

test('A strategy that is off opens nothing until it is enabled.', async () => {
  const mine = prepared();
  const bought = async () => (await mine.run('get', 'pos', '-o', 'name')).stdout;
  await mine.run('apply', '--yes');
  expect(await bought()).toBe('position/side/GLD\n');
  await mine.run('enable', 'core');
  await mine.run('apply', '--yes');
  expect((await bought()).split('\n').sort()).toEqual(['', 'position/core/VTI', 'position/side/GLD']);
});
