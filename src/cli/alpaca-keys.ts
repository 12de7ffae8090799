/** Reads the keys of an Alpaca account from where the manifest says that they stand. */
import { AlpacaKeys, type FoundKeys } from '../market/alpaca-keys.ts';
import { readText } from '../store/read-text.ts';
import { openToOthers } from './secret-file.ts';

const ID = 'APCA_API_KEY_ID';
const SECRET = 'APCA_API_SECRET_KEY';
const INTO_ENVIRONMENT = `set ${ID} and ${SECRET} in the environment, or name a file that has both in spec.broker.keysFile`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Never throws, and no reason shows what was read. Without a file, the environment has both. */
export function findAlpacaKeys(file: string | undefined, environment: Environment): FoundKeys {
  if (file === undefined)
    return keysIn(environment, { place: 'in the environment', advice: INTO_ENVIRONMENT });
  const advice = `put ${ID}=... and ${SECRET}=... as two lines into ${file}, and let only its owner read it: chmod 600 ${file}`;
  const others = openToOthers(file);
  if (others !== null) return { kind: 'failed', reason: others, advice };
  const content = readText(file);
  return content.kind === 'text'
    ? keysIn(settingsIn(content.text), { place: `in ${file}`, advice })
    : { kind: 'failed', reason: `${file} ${content.reason}`, advice };
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

interface Place {
  readonly place: string;
  /** What to do where they are not there. */
  readonly advice: string;
}

function keysIn(settings: Environment, { place, advice }: Place): FoundKeys {
  const failed = (reason: string): FoundKeys => ({ kind: 'failed', reason, advice });

  const [id = '', secret = ''] = [settings[ID], settings[SECRET]];
  const missing = [...(id === '' ? [ID] : []), ...(secret === '' ? [SECRET] : [])];
  if (missing.length > 0)
    return failed(`${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set ${place}`);
  const keys = AlpacaKeys.of(id, secret);
  return keys === null ? failed(`${ID} and ${SECRET} ${place} are no keys`) : { kind: 'ok', keys };
}
