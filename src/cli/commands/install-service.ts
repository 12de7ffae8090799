/** `hgctl install-service`: the systemd units of the controller and its watchdog, printed or written. */
import { existsSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import type { ExecutionSettings } from '../../desired/desired-state.ts';
import { readText } from '../../store/read-text.ts';
import { replaceFile } from '../../store/replace-file.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { manifestPaths, readManifests } from '../manifests.ts';
import { MARK, unitsOf, type UnitFacts } from '../output/units.ts';
import { dataPaths, variable } from '../places.ts';

export interface InstallOptions extends GlobalOptions {
  readonly scope?: 'system' | 'user';
  readonly write?: boolean;
}

export function runInstallService(io: Io, options: InstallOptions): ExitCode {
  const facts = factsOf(io, options);
  const folder = unitFolder(io, facts.scope);
  const units = new Map([...unitsOf(facts)].map(([name, text]) => [join(folder, name), text]));
  if (options.write !== true) {
    for (const [path, text] of units) io.stdout(`# ${path}\n${text}\n`);
    io.stderr(`hint: 'hgctl install-service --write' writes them to ${folder}\n`);
    return EXIT.done;
  }
  if (!existsSync(facts.data))
    throw new HgctlError(
      EXIT.notFound,
      `there is no data folder ${facts.data}, and the service may not make it`,
      {
        hint: "open the books first, as the user of the service: 'hgctl init'",
      },
    );
  for (const path of units.keys()) refuseOthers(path);
  for (const [path, text] of units) {
    replaceFile(path, text);
    io.stdout(`Written: ${path}\n`);
  }
  const systemctl = facts.scope === 'system' ? 'systemctl' : 'systemctl --user';
  io.stdout(
    `Next: ${systemctl} daemon-reload && ${systemctl} enable --now hgctl.service hgctl-watchdog.timer\n`,
  );
  return EXIT.done;
}

function factsOf(io: Io, options: InstallOptions): UnitFacts {
  const paths = manifestPaths(io, options);
  if (paths.includes('-'))
    throw new HgctlError(EXIT.usage, 'a service cannot read its manifests from standard input', {
      hint: 'give -f a file or a folder',
    });
  const { account } = readManifests(io, options).desired;
  const user = userInfo().username;
  return {
    scope: options.scope ?? (process.getuid?.() === 0 ? 'system' : 'user'),
    user: variable(io, 'SUDO_USER') ?? user,
    account: account.name,
    node: process.execPath,
    program: realpathSync(process.argv[1] ?? ''),
    workingFolder: process.cwd(),
    manifests: paths.map((path) => resolve(path)),
    recursive: options.recursive ?? false,
    data: dataPaths(io, options, account.data).folder,
    toggleFolder: dirname(account.toggleFile),
    environmentFile: resolve('hgctl.env'),
    stopSeconds: stopSeconds(account.execution),
  };
}

/** An execution ends within its lock; then the last request, and the notices that are on their way. */
function stopSeconds({ lockTimeout, requestTimeout }: ExecutionSettings): number {
  const SPARE = 30_000;
  return Math.ceil((lockTimeout + requestTimeout + SPARE) / 1_000);
}

function unitFolder(io: Io, scope: UnitFacts['scope']): string {
  if (scope === 'system') return '/etc/systemd/system';
  const config = variable(io, 'XDG_CONFIG_HOME') ?? join(variable(io, 'HOME') ?? '', '.config');
  return join(config, 'systemd', 'user');
}

function refuseOthers(path: string): void {
  const content = readText(path);
  if (content.kind !== 'text' || content.text.startsWith(MARK)) return;
  throw new HgctlError(EXIT.conflict, `${path} is there, and hgctl has not written it`, {
    hint: 'move it away, or take the units from standard output',
  });
}
