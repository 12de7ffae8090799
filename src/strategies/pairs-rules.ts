/** Numbers of pairs trading that no manifest changes. */

/** Any missing close among so many last sessions keeps a pair out. */
export const RECENT_SESSIONS = 5;
/** Largest part of the formation window that may be missing, inclusive. */
export const MAX_MISSING = 0.02;
/** Sessions of the dollar volume. */
export const VOLUME_SESSIONS = 20;
/** Sessions without prices after which a trade ends. */
export const MAX_BLIND_SESSIONS = 3;
/** A pair cools down until its spread has been nearer to its mean than so many deviations. */
export const SETTLED_Z = 1;
