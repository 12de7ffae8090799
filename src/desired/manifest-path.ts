/**
 * The path that a manifest means: relative to the manifest's own file, `.` and `..` resolved, `/` between the parts.
 * Works on absolute paths and on paths as the user gave them.
 */
export function resolveBeside(file: string, path: string): string {
  const full = path.startsWith('/') ? path : `${file.slice(0, file.lastIndexOf('/') + 1)}${path}`;
  const parts: string[] = [];
  for (const part of full.split('/')) {
    if (part === '' || part === '.') continue;
    const canGoUp = parts.length > 0 && parts.at(-1) !== '..';
    if (part !== '..') parts.push(part);
    else if (canGoUp) parts.pop();
    else if (!full.startsWith('/')) parts.push(part);
  }
  return `${full.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}
