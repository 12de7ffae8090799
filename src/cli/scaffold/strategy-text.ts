/** The manifest and the page that `hgctl init strategy` writes. */

export interface ManifestFacts {
  readonly name: string;
  readonly symbols: readonly string[];
  /** Of one position, as "5%". */
  readonly weight: string;
  /** Of all together. */
  readonly exposure: string;
}

export function manifestText({ name, symbols, weight, exposure }: ManifestFacts): string {
  return `# What it does and why: docs/strategies/${name}.md
apiVersion: homeguard/v1
kind: Strategy
metadata: {name: ${name}}
spec:
  description: Holds what has not fallen in a month
  signal:
    type: module
    params:
      file: ../signals/${name}.ts
      history: 20                      # sessions of closes that the function is handed
      config: {weight: "${weight}"}           # anything; the function is handed it as it is
  universe: {symbols: [${symbols.join(', ')}]}
  capital: {positionSize: "${weight}", maxPositions: ${symbols.length}, maxExposure: "${exposure}"}
  schedule: []                         # on every pass; once a day: [{at: close-5m, action: rebalance}]
`;
}

export interface PageFacts extends ManifestFacts {
  /** As seen from the working folder. */
  readonly manifest: string;
  readonly module: string;
  readonly test: string;
}

export function pageText({ name, symbols, weight, exposure, manifest, module, test }: PageFacts): string {
  return `# ${name}

Holds each symbol of its universe while its price is not below that of 20 sessions ago, ${weight} of equity each.

| what | where |
|---|---|
| manifest | \`${manifest}\` |
| signal | \`${module}\` |
| test | \`${test}\` |
| switch | \`hgctl enable ${name}\`, \`hgctl disable ${name}\` |

**Universe.** ${symbols.join(', ')}. No other strategy may have one of them.

**Capital.** At most ${weight} of equity a position, ${exposure} together.

**Data.** Closes of the last 20 sessions and the latest prices of the universe, from the prices of the account.

**What is missing decides nothing.** A symbol without a price, or without a close of 20 sessions ago, is neither bought nor sold.

**Why it should work.** Say here what it is based on, and what would show that it is wrong.
`;
}
