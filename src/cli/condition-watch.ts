/** What the controller has seen of every strategy, kept on disk for those who ask. */
import type { Look } from '../actions/look.ts';
import { CONTROLLER } from '../domain/names.ts';
import { advanceHistory } from '../reconciler/condition-history.ts';
import { conditionsOf } from '../reconciler/conditions.ts';
import type { PassReport } from '../reconciler/controller.ts';
import { stalledNow } from '../reconciler/stalled.ts';
import { knownStrategies, type ManifestsInForce } from '../reconciler/standing.ts';
import { readHistory, writeHistory } from './condition-file.ts';
import { stalledIn } from './views/strategies.ts';

export interface ConditionWatch {
  /** Writes only where a condition has changed. */
  looked(manifests: ManifestsInForce, look: Look): void;
  /** Who keeps failing, and what is said of it; `hgctl` stands for the loop itself. */
  passed(pass: PassReport): ReadonlyMap<string, string>;
}

/** Begins with what the controller before it has left in the data folder. */
export function watchConditions(folder: string): ConditionWatch {
  let history = readHistory(folder);
  let stalled: ReadonlyMap<string, string> = new Map(
    [...history.keys()].flatMap((name) => {
      const message = stalledIn(history, name);
      return message === null ? [] : [[name, message]];
    }),
  );
  return {
    looked: (manifests, { observed: { ledger }, plan }) => {
      const { problems } = manifests;
      const seen = [...knownStrategies(manifests, ledger)].map(([name, standing]) => {
        const said = { stalled: stalled.get(name) ?? null, seen: [] };
        return [name, conditionsOf({ name, standing, problems, ledger, plan, ...said })] as const;
      });
      const next = advanceHistory(history, new Map(seen), plan.at);
      if (next === null) return;
      history = next;
      writeHistory(folder, history);
    },
    passed: ({ failures, trouble }) => {
      const now = stalledNow(new Set(stalled.keys()), failures);
      // A pass that was not made says nothing of the strategies.
      const kept = trouble === null ? [] : [...stalled.keys()].filter((name) => name !== CONTROLLER);
      stalled = new Map([...new Set([...now, ...kept])].map((name) => [name, messageOf(name, trouble)]));
      return stalled;
    },
  };
}

function messageOf(name: string, trouble: string | null): string {
  if (name === CONTROLLER) return `no pass can be made: ${trouble ?? ''}`;
  return 'its orders fail again and again; it is tried again later and later';
}
