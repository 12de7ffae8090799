/** What an answer to a request means: tables on plain data. Whatever is not clear is `unknown`, never a refusal. */
import type { CancelAnswer, RefusalCode, SubmitAnswer } from '../../reconciler/ports.ts';
import type { Failure } from './failure.ts';

type Answered = Extract<Failure, { kind: 'answered' }>;

interface Refusal {
  readonly code: RefusalCode;
  /** In the broker's message. */
  readonly words: RegExp;
  /** Fields of the error body that say the same, whatever the message is. */
  readonly fields?: readonly string[];
}

/**
 * Code 40310000 stands for most refusals and 40010001 and 42210000 for several: words and fields tell them apart. The first
 * row that fits counts.
 */
const REFUSALS: readonly Refusal[] = [
  { code: 'DuplicateClientOrderId', words: /client.?order.?id must be unique/i },
  {
    code: 'AccountBlocked',
    words:
      /rejected by user request|account (?:is )?(?:currently )?(?:blocked|restricted|closed|suspended|not active|inactive)|trading (?:is )?(?:blocked|suspended)/i,
  },
  {
    code: 'WashTrade',
    words: /wash trade|opposite side .*order exists/i,
    fields: ['existing_order_id'],
  },
  // Before short sales: of whole shares they may be allowed.
  {
    code: 'NotFractionable',
    words: /not fractionable|fractional.* not (?:supported|allowed)|fractional orders cannot be sold short/i,
  },
  {
    code: 'ShortNotAllowed',
    words:
      /sold short|not allowed to short|short (?:sales|selling|sells) (?:is|are) not|inferred: sell_to_open, specified: sell_to_close/i,
  },
  { code: 'InsufficientQuantity', words: /insufficient (?:qty|quantity)/i, fields: ['held_for_orders'] },
  {
    code: 'InsufficientBuyingPower',
    words: /insufficient (?:\w+ )?(?:buying power|balance|funds)/i,
    fields: ['buying_power', 'cost_basis'],
  },
  {
    code: 'UnknownSymbol',
    words:
      /asset .*(?:not found|not exist)|(?:could|can) ?not find asset|(?:invalid|unknown) symbol|symbol .*not found/i,
  },
  {
    code: 'MarketClosed',
    words: /market (?:is )?(?:currently )?closed|outside (?:of )?(?:market|trading) hours/i,
  },
];

/** Statuses that say, with the broker's own error body, that there is no order. */
const CLEAN: ReadonlySet<number> = new Set([400, 403, 404, 409, 422]);
/** Not found, and a conflict, may be about anything: only words that are known say that there is no order. */
const ONLY_IN_WORDS: ReadonlySet<number> = new Set([404, 409]);
const TOO_MANY = 429;

/** The answer to an order. Never a refusal of which an order might exist all the same. */
export function classify(failure: Failure): SubmitAnswer {
  if (failure.kind !== 'answered') return { kind: 'unknown', reason: failure.reason };
  const { status, retryAfter } = failure;
  if (status === TOO_MANY) return { kind: 'rate-limited', retryAfter, reason: wordsOf(failure) };
  if (isKeysRefused(failure))
    return {
      kind: 'refused',
      code: 'AccessDenied',
      message: `the broker does not accept the keys (${wordsOf(failure)})`,
    };
  if (!CLEAN.has(status) || failure.message === null) return { kind: 'unknown', reason: wordsOf(failure) };
  const code = refusalOf(failure);
  if (code === 'Refused' && ONLY_IN_WORDS.has(status)) return { kind: 'unknown', reason: wordsOf(failure) };
  return { kind: 'refused', code, message: wordsOf(failure) };
}

function refusalOf({ message, body }: Answered): RefusalCode {
  const row = REFUSALS.find(
    ({ words, fields = [] }) =>
      words.test(message ?? '') ||
      words.test(typeof body['reject_reason'] === 'string' ? body['reject_reason'] : '') ||
      (fields.length > 0 && fields.every((field) => body[field] !== undefined)),
  );
  return row?.code ?? 'Refused';
}

/**
 * A refusal for a reason has a code; one of the keys, or of keys of the other environment, has words and none. A 403 without
 * words of the broker is a page of something before it, and says nothing of the keys.
 */
export function isKeysRefused(failure: Failure): boolean {
  if (failure.kind !== 'answered') return false;
  const { status, code, message } = failure;
  return status === 401 || (status === 403 && code === null && message !== null);
}

/** The answer to a cancel: what has ended needs none. */
export function classifyCancel(failure: Failure): CancelAnswer {
  if (failure.kind !== 'answered') return { kind: 'unknown', reason: failure.reason };
  const { status, message, retryAfter } = failure;
  if (status === TOO_MANY) return { kind: 'rate-limited', retryAfter };
  if (status === 422 && message !== null)
    return /pending.?cancel/i.test(message) ? { kind: 'requested' } : { kind: 'already-final' };
  return { kind: 'unknown', reason: wordsOf(failure) };
}

/** Of a look-up by client order id: true only where the broker itself says that it has no such order. */
export function isNoSuchOrder(failure: Failure): boolean {
  return failure.kind === 'answered' && failure.status === 404 && failure.code === 40410000;
}

/** Figures that make a message understood. */
const TOLD = [
  'available',
  'existing_qty',
  'held_for_orders',
  'buying_power',
  'cost_basis',
  'existing_order_id',
  'reject_reason',
];
const MESSAGE_MAX = 300;

/** For people: `403: insufficient qty available ... (available: 4)`. One line, and not a page of it. */
export function wordsOf({ status, message, body }: Answered): string {
  const told = TOLD.flatMap((name) => {
    const value = body[name];
    const isPlain = typeof value === 'string' || typeof value === 'number';
    return isPlain && message?.includes(String(value)) !== true ? [`${name}: ${value}`] : [];
  });
  const said = message === null || message === '' ? '' : `: ${message}`;
  const figures = told.length === 0 ? '' : ` (${told.join(', ')})`;
  return `${status}${said}${figures}`.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MESSAGE_MAX);
}
