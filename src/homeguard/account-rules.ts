/** The broker and the prices of the original. No key of an account ever leaves its file. */
import type { YamlDocument } from '../desired/yaml-document.ts';
import { valueAt } from '../desired/yaml-document.ts';
import type { Rule, Rules } from './settings.ts';
import { countOf, oneOf } from './values.ts';

function leftOut(reason: string): Rule {
  return { kind: 'left-out', reason };
}

const KEYS =
  'keys are in no manifest: APCA_API_KEY_ID and APCA_API_SECRET_KEY of the environment, or broker.keysFile';
const OWN_TIMES = 'the execution: section of the Account has the times of hgctl';
const STREAMS = 'the original read it nowhere; hgctl asks the broker in each pass';
const FEED = oneOf('iex', 'sip', 'delayed_sip');

export const BROKER_RULES: Rules = {
  'broker.type': leftOut('the one broker of the original'),
  'broker.base_url': leftOut('broker.environment of the Account says which address is used'),
  'broker.api_key': leftOut(KEYS),
  'broker.secret_key': leftOut(KEYS),
  'broker.paper': leftOut('said by broker.environment of the Account'),
  'broker.data_feed': { kind: 'taken', to: 'account prices.feed', convert: FEED },
  'broker.timeout': leftOut(OWN_TIMES),
  'broker.max_retries': leftOut(OWN_TIMES),
  'broker.retry_delay': leftOut(OWN_TIMES),
  'broker.max_requests_per_minute': {
    kind: 'newly-effective',
    to: 'account broker.requestsPerMinute',
    convert: countOf(10, 10_000),
    before: 'no limit',
    effective: null,
    needsWord: false,
  },
  'broker.default_time_in_force': leftOut('all orders are for the day, as they were'),
  'broker.enable_streaming': leftOut(STREAMS),
  'broker.stream_trades': leftOut(STREAMS),
  'broker.stream_quotes': leftOut(STREAMS),
};

const YFINANCE = 'hgctl has no yfinance: VIX and VIX3M come from CBOE';

/** `otherFeed`: whether the broker's file names the feed, which then counts. */
export function providerRules(otherFeed: boolean): Rules {
  return {
    'data_providers.providers': leftOut(
      'shares come from Alpaca, VIX and VIX3M from CBOE; yfinance is not there',
    ),
    'data_providers.cache.*': leftOut('copies of market data are kept in the data folder'),
    'data_providers.alpaca.feed': otherFeed
      ? leftOut('broker.data_feed counts')
      : { kind: 'taken', to: 'account prices.feed', convert: FEED },
    'data_providers.yfinance.*': leftOut(YFINANCE),
  };
}

/** What the file says of keys, without them. */
export function keyNotes(document: YamlDocument): string[] {
  const entries = ['api_key', 'secret_key'].map(
    (key) => [key, valueAt(document.data, ['broker', key])] as const,
  );
  return entries.flatMap(([key, value]) => {
    if (typeof value !== 'string' || value === '') return [];
    const wanted = key === 'api_key' ? 'APCA_API_KEY_ID' : 'APCA_API_SECRET_KEY';
    const [, name] = /^\$\{(\w+)\}$/.exec(value) ?? [];
    if (name === undefined)
      return [
        `${document.file}: broker.${key} is written out; it was not copied: put it into ${wanted} of the environment, or into a keysFile`,
      ];
    return name === wanted ? [] : [`hgctl reads ${wanted}, not ${name}: export ${wanted}="$${name}"`];
  });
}

export function isPaper(document: YamlDocument | undefined): boolean {
  return document === undefined || valueAt(document.data, ['broker', 'paper']) !== false;
}
