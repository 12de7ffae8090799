/** What is tried: each case is `KIND/NUMBER`, and all of it comes from the seed and that number. */
import { sha256, type Json } from '../../src/domain/digest.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { chance, type Chance } from '../machine/chance.ts';
import { mutatedBytes } from './bytes.ts';
import { bytesOf } from './desk.ts';
import { forged } from './forge.ts';
import { BASES, type Base } from './manifests.ts';
import { mutatedTree, textOf, treeOf } from './tree.ts';

/** `journal` and `state` are spoiled by anybody; `forged`: a journal whose writer was not sound. */
export type Kind = 'field' | 'manifest' | 'state' | 'journal' | 'forged';

export interface ManifestCase {
  readonly base: Base;
  readonly bytes: Buffer;
}

export class Cases {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  manifest(n: number): ManifestCase {
    const luck = this.#luck('manifest', n);
    const base = luck.pick(BASES);
    if (luck.below(5) < 3) return { base, bytes: treeBytes(base, luck) };
    return { base, bytes: mutatedBytes(luck.below(2) === 0 ? bytesOf(base) : blockBytes(base), luck) };
  }

  state(whole: Buffer, n: number): Buffer {
    const luck = this.#luck('state', n);
    if (luck.below(2) === 1) return mutatedBytes(whole, luck);
    return Buffer.from(textOf(mutatedTree(treeOf(JSON.parse(whole.toString('utf8')) as Json), luck)));
  }

  journal(whole: Buffer, n: number): Buffer {
    return mutatedBytes(whole, this.#luck('journal', n));
  }

  forged(records: readonly JournalRecord[], n: number): Buffer {
    return forged(records, this.#luck('forged', n));
  }

  #luck(kind: Kind, n: number): Chance {
    return chance(parseInt(sha256(`${String(this.#seed)} ${kind} ${String(n)}`).slice(0, 8), 16));
  }
}

function treeBytes(base: Base, luck: Chance): Buffer {
  return Buffer.from(textOf(mutatedTree(treeOf(base.document), luck)));
}

/** As people write it. */
function blockBytes({ document }: Base): Buffer {
  return Buffer.from(JSON.stringify(document, null, 2).replaceAll(/^(\s*)"(\w+)": /gm, '$1$2: '));
}
