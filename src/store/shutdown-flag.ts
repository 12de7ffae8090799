/** The shutdown flag of a strategy, as the toggle file says right now. */
import { parseYaml, valueAt } from '../desired/yaml-document.ts';
import { readText } from './read-text.ts';

/**
 * Read before each order, so that another process can stop an execution (rule 5 of the seed). The file was valid when
 * the plan was made; one that is being replaced just now asks for nothing.
 */
export function readShutdownFlag(toggleFile: string, strategy: string): boolean {
  const content = readText(toggleFile);
  if (content.kind !== 'text') return false;
  return parseYaml(toggleFile, content.text).documents.some(
    ({ data }) => valueAt(data, ['strategies', strategy, 'shutdown_requested']) === true,
  );
}
