/** Which alerts are open, and which notices are still to be sent: on disk, so that a restart tells nothing twice. */
import * as z from 'zod';
import { parseJson } from '../observed/json-text.ts';
import type { Instant } from '../domain/instant.ts';
import type { Notice, OpenAlert } from '../reconciler/alerts.ts';
import { readText } from '../store/read-text.ts';
import { replaceFile } from '../store/replace-file.ts';
import { CHANNELS, type Channel } from './notice-channels.ts';

export interface Unsent {
  readonly notice: Notice;
  /** The ways on which it has not left yet. */
  readonly to: readonly Channel[];
}

export interface NoticeBox {
  readonly open: readonly OpenAlert[];
  /** Oldest first. */
  readonly unsent: readonly Unsent[];
}

const instant = z.number().transform((value) => value as Instant);
const alert = {
  kind: z.enum([
    'Break',
    'InDoubt',
    'LossLimit',
    'Halted',
    'ManifestsInvalid',
    'Stalled',
    'ControllerCrashed',
    'SlotMissed',
    'NoController',
    'Test',
  ]),
  strategy: z.string().nullable(),
  symbol: z.string().nullable(),
  message: z.string(),
  since: instant,
};
const notice = {
  ...alert,
  id: z.string(),
  state: z.enum(['opened', 'closed', 'happened']),
  time: instant,
};
const document = z.object({
  version: z.literal(1),
  open: z.array(z.object(alert)),
  unsent: z.array(z.object({ notice: z.object(notice), to: z.array(z.enum(CHANNELS)) })),
});

/** Empty where there is no such file, or nobody can read it: what is open is then told again. */
export function readBox(path: string): NoticeBox {
  const content = readText(path);
  const json = content.kind === 'text' ? parseJson(content.text) : null;
  const { data } = document.safeParse(json?.kind === 'ok' ? json.value : null);
  return data ?? { open: [], unsent: [] };
}

export function writeBox(path: string, { open, unsent }: NoticeBox): void {
  replaceFile(path, `${JSON.stringify({ version: 1, open, unsent }, null, 2)}\n`);
}
