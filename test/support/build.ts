/** Tests run the real bundle: build it once before them. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export default function setup(): void {
  if (process.env['HGCTL_SKIP_BUILD'] === '1' && existsSync('dist/hgctl.js')) return;
  execFileSync(process.execPath, ['scripts/build.mjs', '--proof'], { stdio: 'inherit' });
}
