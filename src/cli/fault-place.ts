/** The place of a fault in the script of the server: a route, or another that is known. */
import * as z from 'zod';
import type { FaultPlace } from '../broker/server/server-fault.ts';
import { nearest, quoted } from '../desired/problem.ts';

/** `document`: where all routes are listed, which is too much for a line; the one that was probably meant is named. */
export function placeField<Place extends FaultPlace>(
  places: readonly Place[],
  document: string,
): z.ZodType<Place, string> {
  const listed = places.filter((place) => !isRoute(place));
  const routes = places.filter(isRoute);
  const shown = routes.length > SHOWN_MAX ? [`a route of ${document}`, ...listed] : places;
  return z.string().transform((source, context): Place => {
    const found = places.find((place) => place === source);
    if (found !== undefined) return found;
    context.addIssue({
      code: 'custom',
      message: `${quoted(source)} is not known`,
      params: { allowed: shown.join(', '), suggestion: meant(source, places) },
    });
    return z.NEVER;
  });
}

const SHOWN_MAX = 4;

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
