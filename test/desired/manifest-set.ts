/** Small sets of manifests in memory, for the specs of this folder. */
import { assemble, type LoadResult } from '../../src/desired/assemble.ts';
import { parseManifests, type FileContent } from '../../src/desired/parse-manifests.ts';
import { formatProblem } from '../../src/desired/problem.ts';

export type Texts = Readonly<Record<string, string>>;

export const ACCOUNT = `apiVersion: homeguard/v1
kind: Account
metadata: {name: paper}
spec:
  broker: {type: simulated, cash: "100000.00", clock: always-open, seed: 7}
  prices: {type: synthetic, seed: 7}
`;

export const CORE = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: core}
spec:
  priority: 10
  signal:
    type: fixed
    params:
      targets:
        - {symbol: VTI, weight: "50%"}
        - {symbol: GLD, quantity: "12"}
  universe: {symbols: [VTI, GLD]}
  capital: {positionSize: "60%", maxPositions: 3, maxExposure: "95%"}
`;

export const MP = `apiVersion: homeguard/v1
kind: Strategy
metadata: {name: mp}
spec:
  lifecycle: planned
  signal: {type: momentum-protection}
  universe: {file: big.csv}
  capital: {positionSize: "6.5%", maxPositions: 10, maxExposure: "65%"}
`;

export const TOGGLE = `strategies:
  core: {enabled: true, shutdown_requested: false}
last_modified: "2025-12-02T15:55:00-05:00"
modified_by: "test"
`;

export const BASE: Texts = { 'm/account.yaml': ACCOUNT, 'm/core.yaml': CORE, 'm/toggle.yaml': TOGGLE };

/** YAML files are manifests; the others can only be reached by a manifest that names them. */
export function load(texts: Texts): LoadResult {
  const content = (text: string): FileContent => ({ kind: 'text', text });
  const sources = Object.entries(texts)
    .filter(([name]) => name.endsWith('.yaml'))
    .map(([name, text]) => ({ name, path: `/home/${name}`, content: content(text) }));
  const files = new Map(Object.entries(texts).map(([name, text]) => [`/home/${name}`, content(text)]));
  return assemble(parseManifests(sources), files);
}

export function problemsOf(texts: Texts): string[] {
  const result = load(texts);
  return result.kind === 'ok' ? [] : result.problems.map(formatProblem);
}

export function loaded(texts: Texts): Extract<LoadResult, { kind: 'ok' }> {
  const result = load(texts);
  if (result.kind === 'ok') return result;
  throw new Error(result.problems.map(formatProblem).join('\n'));
}
