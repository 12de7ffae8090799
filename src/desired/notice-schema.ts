/** Who is told of what happens: notifications and the heartbeat address of the account. */
import * as z from 'zod';
import type { DesiredAccount, UrlSource } from './desired-state.ts';
import { described, duration, filePath, mapping, text } from './fields.ts';

const urlFrom = described(
  mapping(
    {
      env: text('Name of an environment variable that holds the address.')
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of an environment variable')
        .optional(),
      file: filePath(
        'A file that holds the address and that only its owner may read; relative to this manifest.',
      ).optional(),
    },
    'Where the address stands.',
  ).refine(({ env, file }) => (env === undefined) !== (file === undefined), {
    error: 'must have exactly one of these keys',
    params: { allowed: 'env, file' },
  }),
  'Where the address stands: one of env and file. It is a secret, and never in a manifest.',
);

export const notificationsField = mapping(
  {
    webhook: mapping({ urlFrom }, 'An https address that gets each notice as JSON (POST).').optional(),
    exec: mapping(
      {
        argv: described(
          z.array(text('The program, or one argument of it.').min(1)).min(1),
          'The program and its arguments; no shell. It gets the notice as JSON on its input.',
        ),
        timeout: duration('Longest run. Default 10s.').prefault('10s'),
      },
      'A program that is run for each notice, in the folder of this manifest.',
    ).optional(),
  },
  'Who is told of trouble, and of its end.',
).optional();

export const heartbeatField = mapping(
  { urlFrom },
  'An https address that run asks for (GET) each minute while all is well; whoever watches it knows when that ends.',
).optional();

interface Written {
  readonly notifications?: z.output<typeof notificationsField>;
  readonly heartbeat?: z.output<typeof heartbeatField>;
}

/** `resolve`: a path of the account manifest made absolute. */
export function toNotices(
  { notifications, heartbeat }: Written,
  resolve: (path: string) => string,
): Pick<DesiredAccount, 'notifications' | 'heartbeat'> {
  const source = ({ env, file }: z.output<typeof urlFrom>): UrlSource =>
    env === undefined ? { kind: 'file', path: resolve(file ?? '') } : { kind: 'env', name: env };
  return {
    ...(notifications && {
      notifications: {
        webhook: notifications.webhook ? { urlFrom: source(notifications.webhook.urlFrom) } : null,
        exec: notifications.exec ? { ...notifications.exec, folder: resolve('.') } : null,
      },
    }),
    ...(heartbeat && { heartbeat: { urlFrom: source(heartbeat.urlFrom) } }),
  };
}
