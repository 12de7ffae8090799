/** While nobody can say what is wanted now, what was wanted before still reduces risk, and opens nothing. */
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function holdUnderInvalidManifests({ input }: PlanFacts, draft: PlanDraft): void {
  if (input.manifests === 'accepted') return;
  const detail =
    "the manifests on disk are invalid: 'hgctl validate' says where; the last accepted ones are in force";
  draft.entriesBlocked ??= { reason: 'ManifestsInvalid', detail };
  hold(draft, { strategy: null, symbol: null }, 'ManifestsInvalid', detail);
}
