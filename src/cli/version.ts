import description from '../../package.json' with { type: 'json' };

/** Of hgctl, as its package says. */
export function version(): string {
  return description.version;
}
