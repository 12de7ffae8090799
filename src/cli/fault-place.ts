/** The place of a fault in the script of the server: a route, or another that is known, where its effect can be. */
import * as z from 'zod';
import { ROUTE_NAMES } from '../broker/server/routes.ts';
import type { FaultPlace } from '../broker/server/server-fault.ts';
import { nearest, quoted } from '../desired/problem.ts';

/** Of a request, whichever it is. */
const REQUESTS = [...ROUTE_NAMES, 'any'] as const satisfies readonly FaultPlace[];
const SUBMIT = ['POST /v2/orders'] as const satisfies readonly FaultPlace[];
const STREAM = ['stream'] as const satisfies readonly FaultPlace[];
const DOCUMENT = 'docs/sim-serve.md';

export const PLACES = [...REQUESTS, 'stream', 'stream connect'] as const satisfies readonly FaultPlace[];

/** Where each effect can be, in the order of the document. */
export const EFFECT_PLACES = {
  late: REQUESTS,
  drop: REQUESTS,
  reset: REQUESTS,
  cut: REQUESTS,
  'half-json': REQUESTS,
  status: REQUESTS,
  order: SUBMIT,
  halt: SUBMIT,
  stale: ['GET /v2/positions', 'GET /v2/positions/{symbol}'],
  empty: REQUESTS,
  'order-status': REQUESTS,
  'new-field': REQUESTS,
  split: REQUESTS,
  rename: REQUESTS,
  skew: ['GET /v2/clock', 'GET /v3/clock'],
  lost: STREAM,
  doubled: STREAM,
  reordered: STREAM,
  down: STREAM,
  refused: ['stream connect'],
} as const satisfies Readonly<Record<string, readonly FaultPlace[]>>;

export type EffectName = keyof typeof EFFECT_PLACES;

/** `effect`: only the places where it can be; null: all that there are. */
export function placeField<Place extends FaultPlace>(
  places: readonly Place[],
  effect: EffectName | null,
): z.ZodType<Place, string> {
  return z.string().transform((source, context): Place => {
    const found = places.find((place) => place === source);
    if (found !== undefined) return found;
    const known = PLACES.find((place) => place === source);
    context.addIssue({
      code: 'custom',
      message:
        effect === null || known === undefined
          ? `${quoted(source)} is not known`
          : `${quoted(source)} takes no ${effect}, but ${effectsAt(known).join(', ')}`,
      params: {
        allowed: shown(places).join(', '),
        // Of a place that is there, nobody has meant another one by its name.
        suggestion: known === undefined ? meant(source, places) : undefined,
      },
    });
    return z.NEVER;
  });
}

function effectsAt(place: FaultPlace): string[] {
  return Object.entries<readonly FaultPlace[]>(EFFECT_PLACES)
    .filter(([, places]) => places.includes(place))
    .map(([effect]) => effect);
}

const SHOWN_MAX = 4;

/** All routes are too much for a line; the one that was probably meant is named. */
function shown(places: readonly FaultPlace[]): readonly string[] {
  if (places.filter(isRoute).length <= SHOWN_MAX) return places;
  return [`a route of ${DOCUMENT}`, ...places.filter((place) => !isRoute(place))];
}

function isRoute(place: FaultPlace): boolean {
  return place.includes(' /');
}

/** The route to which a path belongs, or the one that is written nearly so. */
function meant(source: string, places: readonly FaultPlace[]): string | undefined {
  const isOf = (place: FaultPlace): boolean => {
    const [route, path] = [place.split('/'), source.split('/')];
    return (
      route.length === path.length && route.every((part, at) => part.startsWith('{') || part === path[at])
    );
  };
  return places.find(isOf) ?? nearest(source, places);
}
