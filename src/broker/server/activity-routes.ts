/** Account activities, as they are asked for. */
import { malformed, ok, type Answer } from './answer.ts';
import { activityRows, type ActivityRow } from './activity-rows.ts';
import { ACTIVITY_TYPES, asksFor, type ActivityType } from './activity-types.ts';
import type { Desk } from './desk.ts';
import { count, day, moment, oneOf, someOf } from './query.ts';
import type { ApiRequest } from './request.ts';

const PAGE = { otherwise: 100, most: 100 };

export function listActivities(desk: Desk, request: ApiRequest): Answer {
  const { query } = request;
  // Clients of other APIs of Alpaca write it in the singular.
  const name = query.has('activity_types') ? 'activity_types' : 'activity_type';
  const types = someOf(query, name, ACTIVITY_TYPES);
  const category = oneOf(query, 'category', ['', 'trade_activity', 'non_trade_activity']);
  if (category !== '' && types !== null) throw malformed('category and activity_types exclude each other');
  return page(desk, request, ({ type }) => {
    if (types !== null) return asksFor(types, type);
    return category === '' || (category === 'trade_activity') === (type === 'FILL');
  });
}

export function activitiesOfType(desk: Desk, request: ApiRequest): Answer {
  const asked = request.parameters['type'] ?? '';
  const type: ActivityType | undefined = ACTIVITY_TYPES.find((one) => one === asked);
  if (type === undefined) throw malformed(`invalid activity type: ${asked}`);
  return page(desk, request, (row) => asksFor([type], row.type));
}

function page(desk: Desk, { query }: ApiRequest, isOfType: (row: ActivityRow) => boolean): Answer {
  const size = count(query, 'page_size', PAGE);
  const isAscending = oneOf(query, 'direction', ['desc', 'asc']) === 'asc';
  const [after, until, date] = [moment(query, 'after'), moment(query, 'until'), day(query, 'date')];
  if (date !== null && (after !== null || until !== null)) throw malformed('date excludes after and until');
  const order = query.get('order_id') || null;
  const asked = activityRows(desk.read()).filter((row) => {
    if (!isOfType(row) || (order !== null && row.orderId !== order)) return false;
    if (date !== null && row.date !== date) return false;
    return (after === null || row.time > after) && (until === null || row.time < until);
  });
  if (!isAscending) asked.reverse();
  const start = startOf(asked, query.get('page_token'));
  return ok(asked.slice(start, start + size).map(({ json }) => json()));
}

/** Behind the last row of the page before. */
function startOf(rows: readonly ActivityRow[], token: string | null): number {
  if (token === null || token === '') return 0;
  const at = rows.findIndex(({ id }) => id === token);
  if (at === -1) throw malformed('invalid page_token');
  return at + 1;
}
