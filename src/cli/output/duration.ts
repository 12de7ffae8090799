/** Ages and durations as kubectl prints them. */

const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;
const DAYS_PER_YEAR = 365;

/**
 * `45s`, `2m13s`, `5h`, `41d`, `3y120d`: two units while the larger one is small, always rounded down. A negative
 * duration is that of two clocks which disagree: `0s` up to a second, beyond that `<invalid>`.
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds <= -1_000) return '<invalid>';
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 2 * SECONDS_PER_MINUTE) return `${seconds}s`;
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  if (minutes < 10) return `${minutes}m${rest(seconds % SECONDS_PER_MINUTE, 's')}`;
  if (minutes < 3 * MINUTES_PER_HOUR) return `${minutes}m`;
  const hours = Math.floor(minutes / MINUTES_PER_HOUR);
  if (hours < 8) return `${hours}h${rest(minutes % MINUTES_PER_HOUR, 'm')}`;
  if (hours < 2 * HOURS_PER_DAY) return `${hours}h`;
  const days = Math.floor(hours / HOURS_PER_DAY);
  if (days < 8) return `${days}d${rest(hours % HOURS_PER_DAY, 'h')}`;
  if (days < 2 * DAYS_PER_YEAR) return `${days}d`;
  const years = Math.floor(days / DAYS_PER_YEAR);
  return years < 8 ? `${years}y${rest(days % DAYS_PER_YEAR, 'd')}` : `${years}y`;
}

function rest(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}
