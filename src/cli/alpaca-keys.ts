/** Reads the keys of an Alpaca account from where the manifest says that they stand. */
import { AlpacaKeys, type FoundKeys } from '../market/alpaca-keys.ts';
import { readText } from '../store/read-text.ts';
import { openToOthers } from './secret-file.ts';

const ID = 'APCA_API_KEY_ID';
const SECRET = 'APCA_API_SECRET_KEY';

type Environment = Readonly<Record<string, string | undefined>>;

/** Never throws, and no reason shows what was read. Without a file, the environment has both. */
export function findAlpacaKeys(file: string | undefined, environment: Environment): FoundKeys {
  if (file === undefined) return keysIn(environment, 'in the environment');
  const others = openToOthers(file);
  if (others !== null) return failed(others);
  const content = readText(file);
  return content.kind === 'text'
    ? keysIn(settingsIn(content.text), `in ${file}`)
    : failed(`${file} ${content.reason}`);
}

const SETTING = /^\s*(?:export\s+)?(\w+)\s*=\s*["']?(.*?)["']?\s*$/;

/** Lines `NAME=value`; others are not read. */
function settingsIn(text: string): Environment {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = SETTING.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return Object.fromEntries(found);
}

function keysIn(settings: Environment, place: string): FoundKeys {
  const [id = '', secret = ''] = [settings[ID], settings[SECRET]];
  const missing = [...(id === '' ? [ID] : []), ...(secret === '' ? [SECRET] : [])];
  if (missing.length > 0)
    return failed(`${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set ${place}`);
  const keys = AlpacaKeys.of(id, secret);
  return keys === null ? failed(`${ID} and ${SECRET} ${place} are no keys`) : { kind: 'ok', keys };
}

function failed(reason: string): FoundKeys {
  return { kind: 'failed', reason };
}
