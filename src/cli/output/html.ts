/** HTML and SVG from templates in which every value is escaped. */

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text and numbers are escaped for content and for quoted attributes; markup, alone or in a list, stays as it is. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const texts = parts.map((part, index) => part + (index < values.length ? textOf(values[index] ?? '') : ''));
  return { markup: texts.join('') };
}

export const NOTHING: Markup = { markup: '' };

function textOf(value: Value): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
