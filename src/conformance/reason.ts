import { formatChain } from '../domain/errors.ts';

/** Why it went wrong, in words; null where it did not. */
export async function reasonOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return formatChain(error);
  }
}
