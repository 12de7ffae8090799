/** In the place of `node:os`. */
export { cpus, availableParallelism, tmpdir, platform, constants, EOL } from 'node:os';

export const hostname = (): string => 'simulated';
export const homedir = (): string => '/home/trader';
export const userInfo = (): { readonly username: string } => ({ username: 'trader' });
