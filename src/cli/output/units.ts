/** The systemd units of a controller and of its watchdog, as text. */

export interface UnitFacts {
  readonly scope: 'system' | 'user';
  /** Of whom the controller runs; only in system units. */
  readonly user: string;
  readonly account: string;
  /** All paths are absolute. */
  readonly node: string;
  readonly program: string;
  readonly workingFolder: string;
  readonly manifests: readonly string[];
  readonly recursive: boolean;
  readonly data: string;
  /** What it replaces besides its data: the toggle file, by way of its folder. */
  readonly toggleFolder: string;
  /** KEY=value lines with secrets; it may be missing. */
  readonly environmentFile: string;
  /** A stop may take so long, s. */
  readonly stopSeconds: number;
}

/** The first line of every unit; a file without it is somebody else's. */
export const MARK = '# Written by hgctl install-service.';

/** File name -> text. */
export function unitsOf(facts: UnitFacts): ReadonlyMap<string, string> {
  return new Map([
    ['hgctl.service', controller(facts)],
    ['hgctl-watchdog.service', watchdog(facts)],
    ['hgctl-watchdog.timer', timer()],
  ]);
}

function controller(facts: UnitFacts): string {
  return unit([
    '[Unit]',
    `Description=hgctl, the controller of the account ${plain(facts.account)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '# A controller that falls over five times in five minutes needs a person.',
    'StartLimitIntervalSec=300',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=exec',
    ...command(facts, 'run'),
    'Restart=on-failure',
    'RestartSec=10',
    '# Asked to stop, it ends with 130 or 143. What a start again cannot mend: usage, invalid manifests, another controller.',
    'SuccessExitStatus=130 143',
    'RestartPreventExitStatus=3 4 7',
    '# The first signal asks it to settle its orders; its programs end with it.',
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    `TimeoutStopSec=${facts.stopSeconds}`,
    ...hardening(facts),
    '',
    '[Install]',
    `WantedBy=${facts.scope === 'system' ? 'multi-user.target' : 'default.target'}`,
  ]);
}

function watchdog(facts: UnitFacts): string {
  return unit([
    '[Unit]',
    `Description=hgctl watchdog of the account ${plain(facts.account)}`,
    '',
    '[Service]',
    'Type=oneshot',
    ...command(facts, 'watchdog'),
    'TimeoutStartSec=120',
    ...hardening(facts),
  ]);
}

function timer(): string {
  return unit([
    '[Unit]',
    'Description=hgctl watchdog, each minute',
    '',
    '[Timer]',
    'OnCalendar=minutely',
    'AccuracySec=10s',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function unit(lines: readonly string[]): string {
  return [MARK, ...lines, ''].join('\n');
}

function command(facts: UnitFacts, name: string): string[] {
  const manifests = facts.manifests.flatMap((path) => ['-f', path]);
  const words = [facts.node, facts.program, name, ...manifests, '--data', facts.data];
  return [
    ...(facts.scope === 'system' ? [`User=${facts.user}`] : []),
    `WorkingDirectory=${plain(facts.workingFolder)}`,
    `EnvironmentFile=-${plain(facts.environmentFile)}`,
    `ExecStart=${[...words, ...(facts.recursive ? ['-R'] : [])].map(quoteWord).join(' ')}`,
  ];
}

/** No MemoryDenyWriteExecute: Node compiles while it runs. */
function hardening({ scope, data, toggleFolder }: UnitFacts): string[] {
  return [
    'UMask=0077',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    `ReadWritePaths=${[...new Set([data, toggleFolder])].map(quotePath).join(' ')}`,
    'PrivateTmp=yes',
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    // A user's own systemd may not drop what it does not have.
    ...(scope === 'system' ? SYSTEM_ONLY : []),
  ];
}

const SYSTEM_ONLY = [
  'CapabilityBoundingSet=',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
];

/** A value that systemd takes to the end of the line: `%` begins a specifier. */
function plain(text: string): string {
  return text.replaceAll('%', '%%');
}

function quotePath(text: string): string {
  return /[\s"'\\]/.test(text) ? `"${plain(text).replace(/["\\]/g, '\\$&')}"` : plain(text);
}

/** In a command line, `$` begins a variable. */
function quoteWord(text: string): string {
  return quotePath(text).replaceAll('$', '$$$$');
}
