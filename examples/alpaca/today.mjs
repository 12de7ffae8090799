// The calendar of an exchange that is open all day, for today and tomorrow: node today.mjs >manifests/calendar.yaml
// Its session ends at 23:59 in New York, and with it all orders: in the last minutes of a day this waits for the next one.
import { setTimeout as sleep } from 'node:timers/promises';

const LAST_START = '23:56';

/** `["2026-11-27", "14:16:26"]` */
function newYork() {
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' };
  const text = new Intl.DateTimeFormat('en-US', {
    ...digits,
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: 'America/New_York',
  }).format(Date.now());
  const [month, day, year, time] = text.split(/\/|, /);
  return [`${year}-${month}-${day}`, time];
}

function dayAfter(date) {
  const next = new Date(`${date}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, date.length);
}

let [today, time] = newYork();
if (time >= LAST_START) console.error('today.mjs: the session ends soon; waiting for midnight in New York');
while (time >= LAST_START) {
  await sleep(500);
  [today, time] = newYork();
}
console.log("# Written by today.mjs: the hours of the exchange that 'hgctl sim serve' plays.");
console.log(`overrides: {${today}: "00:00-23:59", ${dayAfter(today)}: "00:00-23:59"}`);
