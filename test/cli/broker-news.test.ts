import { expect, test } from 'vitest';
import { brokerNews } from '../../src/cli/broker-news.ts';

function account() {
  const heard: (() => void)[] = [];
  const state = { open: 0 };
  return {
    state,
    tell: () => heard.forEach((hear) => hear()),
    listen: (hear: () => void) => {
      heard.push(hear);
      state.open += 1;
      return { close: () => (state.open -= 1) };
    },
  };
}

test('News since the last look are worth one, and not more than one in some seconds.', () => {
  let now = 0;
  const news = brokerNews(() => now);
  const one = account();
  news.listenTo(one);
  expect(news.isThere()).toBe(false);
  one.tell();
  expect(news.isThere()).toBe(true);
  news.mark();
  expect(news.isThere()).toBe(false);
  one.tell();
  now += 4_999;
  expect(news.isThere()).toBe(false);
  now += 1;
  expect(news.isThere()).toBe(true);
});

test('One account is listened to at a time, each once, and none in the end.', () => {
  const news = brokerNews();
  const [one, two] = [account(), account()];
  news.listenTo(one);
  news.listenTo(one);
  expect(one.state.open).toBe(1);
  news.listenTo(two);
  expect([one.state.open, two.state.open]).toEqual([0, 1]);
  news.listenTo(null);
  news.listenTo(one);
  news.close();
  expect([one.state.open, two.state.open]).toEqual([0, 0]);
});
