/** Reads an address from where the manifest says that it stands. */
import type { UrlSource } from '../desired/desired-state.ts';
import { SecretUrl } from '../programs/call-url.ts';
import { readText } from '../store/read-text.ts';
import { openToOthers } from './secret-file.ts';

export type FoundUrl =
  { readonly kind: 'ok'; readonly url: SecretUrl } | { readonly kind: 'failed'; readonly reason: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Never throws, and no reason shows what was read. */
export function findUrl(source: UrlSource, environment: Environment): FoundUrl {
  if (source.kind === 'file') return fromFile(source.path);
  const text = environment[source.name];
  const place = `the environment variable ${source.name}`;
  if (text === undefined || text === '') return failed(`${place} is not set`);
  return parsed(text, place);
}

function fromFile(path: string): FoundUrl {
  const others = openToOthers(path);
  if (others !== null) return failed(others);
  const content = readText(path);
  if (content.kind !== 'text') return failed(`${path} ${content.reason}`);
  return parsed(content.text, path);
}

function parsed(text: string, place: string): FoundUrl {
  const url = SecretUrl.parse(text.trim());
  return url === null
    ? failed(`${place} holds no https address (http is for this machine alone)`)
    : { kind: 'ok', url };
}

function failed(reason: string): FoundUrl {
  return { kind: 'failed', reason };
}
