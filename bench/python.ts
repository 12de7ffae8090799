/** A plain Python transcription of the seed's rule 3 and its save of the state, beside ours on the same books. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorld } from '../src/cli/compose.ts';
import { SHARE } from '../src/domain/decimal.ts';
import { benchHome, simulatedAccount, owning, pass } from './home.ts';
import { median } from './statistics.ts';

const ROUNDS = 30;

export interface SyncCost {
  /** p50 in ms of a cycle that finds one position reduced by hand, and has it on disk. */
  readonly ours: number;
  /** The same in Python; null where there is none. */
  readonly python: number | null;
}

export async function benchSync(positions: number): Promise<SyncCost> {
  return { ours: await ourCycle(positions), python: pythonCycle(positions) };
}

/** A whole pass: lock, look, evidence, plan, check, journal, state file. */
async function ourCycle(positions: number): Promise<number> {
  const targets = Object.fromEntries(Array.from({ length: positions }, (_, n) => [`N${String(n)}`, 100]));
  const core = { name: 'core', priority: 1, targets };
  const home = benchHome([core], simulatedAccount('clock: always-open, fillDelay: 10ms'));
  try {
    await owning(home, [core]);
    const world = openWorld(home.io, home.options);
    // Off: what is sold by hand is followed, and not bought back.
    await world.ports.switchToggle('core', { enabled: false, shutdownRequested: false });
    world.close();
    const off = openWorld(home.io, home.options);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await off.simulated?.tradeOutside({ symbol: 'N0', side: 'sell', quantity: SHARE });
      const start = performance.now();
      await pass(home, off);
      times.push(performance.now() - start);
    }
    off.close();
    return median(times);
  } finally {
    home.remove();
  }
}

function pythonCycle(positions: number): number | null {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-bench-'));
  try {
    const args = ['-c', TRANSCRIPTION, join(folder, 'state.json'), String(positions), String(ROUNDS)];
    const { status, stdout } = spawnSync('python3', args, { encoding: 'utf8' });
    if (status !== 0) return null;
    return median(stdout.trim().split('\n').map(Number));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TRANSCRIPTION = `
import json, os, sys, time
path, positions, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
state = {"version": 1, "strategies": {"omr": {"positions": {}}, "mp": {"positions": {
    "N%d" % n: {"qty": 100, "entry_price": 50.0, "entry_time": "2025-12-02T15:55:00-05:00", "order_id": None}
    for n in range(positions)}}}}
broker_positions = {symbol: 100 for symbol in state["strategies"]["mp"]["positions"]}

def sync_state_with_broker():
    for strategy in ["omr", "mp"]:
        positions = state["strategies"][strategy]["positions"]
        for symbol, state_data in list(positions.items()):
            if symbol not in broker_positions:
                del positions[symbol]
            elif broker_positions[symbol] < state_data["qty"]:
                positions[symbol]["qty"] = broker_positions[symbol]

def save_state():
    with open(path + ".tmp", "w") as file:
        json.dump(state, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)

for round in range(rounds):
    broker_positions["N0"] -= 1
    start = time.perf_counter()
    sync_state_with_broker()
    save_state()
    print((time.perf_counter() - start) * 1000)
`;
