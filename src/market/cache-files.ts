/** Texts that may be lost: whoever reads one checks it, and gets it anew where it is no good. */
export interface CacheFiles {
  /** Null where there is none that can be read. */
  read(name: string): string | null;
  /** Replaces the whole file, or throws an `HgctlError` and leaves it as it was. */
  write(name: string, text: string): void;
}
