import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../src/desired/yaml-document.ts';
import { BROKER_RULES, keyNotes, providerRules } from '../../src/homeguard/account-rules.ts';
import { mapSettings, newLimits, valuesOf, type Rules } from '../../src/homeguard/settings.ts';
import { MP_RULES, OMR_RULES } from '../../src/homeguard/strategy-rules.ts';

function documentOf(text: string) {
  const [document] = parseYaml('config.yaml', text).documents;
  if (document === undefined) throw new Error('no document');
  return document;
}

const map = (text: string, rules: Rules) => mapSettings(documentOf(text), rules);

describe('Each key of a file', () => {
  test('has one outcome, also one that nobody knows; what it holds is not shown.', () => {
    const { settings, problems } = map(
      'strategy: {symbols: [AAA], toString: abc, leverage: 3}\nvalueOf: [secret]\nextra: {deep: {er: word}}\n',
      OMR_RULES,
    );
    expect(problems).toEqual([]);
    expect(settings.map(({ key, value, outcome }) => [key, value, outcome])).toEqual([
      ['strategy.symbols', '[AAA]', 'taken'],
      ['strategy.toString', '<not shown>', 'left-out'],
      ['strategy.leverage', '3', 'left-out'],
      ['valueOf', '<not shown>', 'left-out'],
      ['extra.deep.er', '<not shown>', 'left-out'],
    ]);
  });

  test('that counted must have a value that is one; that did not, is left out.', () => {
    const { settings, problems } = map(
      'strategy: {symbols: [AAA], max_concurrent_positions: many, max_total_exposure_pct: much}\n',
      OMR_RULES,
    );
    expect(problems).toMatchObject([{ line: 1, column: 54, path: 'strategy.max_concurrent_positions' }]);
    expect(settings.find(({ key }) => key === 'strategy.max_total_exposure_pct')).toMatchObject({
      outcome: 'left-out',
    });
  });

  test('that says what counted anyway needs no word.', () => {
    const { settings } = map('strategy: {entry_time: "15:50:00", exit_time: "09:35"}\n', OMR_RULES);
    expect(settings.map(({ outcome }) => outcome)).toEqual(['taken', 'newly-effective']);
    expect(newLimits(settings)).toEqual([]);
  });

  test('of mp keeps the value that counted, and its limits are new.', () => {
    const { settings } = map(
      'strategy: {top_n: 5, reduced_exposure: 0.25, spy_dd_threshold: -0.05}\nrisk: {max_daily_loss_pct: 0.05}\n',
      MP_RULES,
    );
    const [top, reduced, drawdown, loss] = settings;
    expect(top).toMatchObject({ outcome: 'kept', value: '5', after: '10' });
    expect(reduced).toMatchObject({ outcome: 'kept', value: '0.25', after: '50%' });
    expect(drawdown).toMatchObject({ outcome: 'taken', after: '5%' });
    expect(newLimits(settings)).toEqual([loss]);
    expect(valuesOf(settings, 'omit').get('mp risk.maxDailyLoss')).toBeUndefined();
    expect(valuesOf(settings, 'accept').get('mp risk.maxDailyLoss')).toBe('5%');
    expect(valuesOf(settings, 'accept').get('mp capital.maxPositions')).toBe('10');
  });
});

describe('Keys of an account', () => {
  test.each([
    ['${APCA_API_KEY_ID}', []],
    ['${MY_KEY}', ['hgctl reads APCA_API_KEY_ID, not MY_KEY: export APCA_API_KEY_ID="$MY_KEY"']],
    ['PK123 ${X}', [expect.stringContaining('broker.api_key is written out; it was not copied') as string]],
  ])('as %s are told of, never shown.', (written, notes) => {
    const document = documentOf(`broker: {api_key: "${written}", paper: true}\n`);
    expect(keyNotes(document)).toEqual(notes);
    const { settings } = mapSettings(document, BROKER_RULES);
    expect(JSON.stringify([settings, keyNotes(document)])).not.toContain('PK123');
  });

  test('The feed of the broker counts before that of the prices.', () => {
    const text = 'data_providers: {alpaca: {feed: iex}}\n';
    expect(map(text, providerRules(true)).settings).toMatchObject([{ outcome: 'left-out' }]);
    expect(map(text, providerRules(false)).settings).toMatchObject([{ outcome: 'taken', after: 'iex' }]);
  });
});
