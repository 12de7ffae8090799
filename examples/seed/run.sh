#!/usr/bin/env bash
# Runs the example on a copy, at the hour of the original's status screen, and prints what each command prints.
# Usage: run.sh [FOLDER]   with FOLDER, also keeps the output of each step there, one file a step
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bundle="$here/../../dist/hgctl.js"
if [ ! -f "$bundle" ]; then
  echo "run.sh: hgctl is not built yet: run 'npm ci' in the repository" >&2
  exit 1
fi
steps=${1:-}
if [ -n "$steps" ]; then
  mkdir -p "$steps"
  steps=$(cd "$steps" && pwd)
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R "$here/manifests" "$here/prices" "$here/data" "$here/trading" "$copy"
cd "$copy"

unset HGCTL_MANIFESTS HGCTL_DATA
export HGCTL_NOW=2025-12-02T15:30:00-05:00
export NO_COLOR=1

# step NAME ARGUMENT...   stdout first, then what went to stderr, then the exit code
step() {
  local name=$1 code=0
  shift
  node "$bundle" "$@" >stdout 2>stderr </dev/null || code=$?
  {
    echo "\$ hgctl $*"
    cat stdout
    echo '--- stderr'
    cat stderr
    echo "--- exit $code"
  } >transcript
  cat transcript
  echo
  if [ -n "$steps" ]; then cp transcript "$steps/$name.txt"; fi
}

# The original's books are there, so hgctl does not begin with empty ones.
step 01-first-start apply --yes
step 02-init init --from-state data/strategy_positions.json
step 03-status status

# PLTR was sold by hand, and 10 of 25 AVGO: rule 3 of the original.
step 04-plan plan
step 05-apply apply --yes
step 06-get-positions get positions
step 07-apply-again apply --yes

# mp is switched off with positions in its book: rule 7 of the original.
sed '/^  mp:/,/enabled:/ s/enabled: true/enabled: false/' manifests/strategy_toggle.yaml >toggle
mv toggle manifests/strategy_toggle.yaml
step 08-disabled-status status
step 09-disabled-apply apply --yes

# From here on orders are sent: positions as fixed targets, on a broker that does not always do as told.
cd "$copy/trading"

# want SYMBOL QUANTITY   edits the target in the manifests, as the trader would
want() {
  sed "s/\(symbol: $1, quantity: \)\"[0-9]*\"/\1\"$2\"/" manifests/strategies/mp.yaml >mp.yaml
  mv mp.yaml manifests/strategies/mp.yaml
  sed "s/\(symbol: $1, quantity: \)\"[0-9]*\"/\1\"$2\"/" manifests/strategies/omr.yaml >omr.yaml
  mv omr.yaml manifests/strategies/omr.yaml
}

# flag TEXT   sets mp's shutdown_requested in the toggle file by hand
flag() {
  sed "/^  mp:/,/shutdown_requested:/ s/shutdown_requested: .*/shutdown_requested: $1/" \
    manifests/strategy_toggle.yaml >toggle
  mv toggle manifests/strategy_toggle.yaml
}

# at DAY HH:MM   the time of the next commands, New York
at() {
  export HGCTL_NOW="2025-12-$1T$2:00-05:00"
}

# Rule 1: a position is entered. Rule 2: it is left, once at a stroke and once in part.
at 01 15:40
step 10-rule-1-entry apply --yes
at 02 10:00
want PLTR 0
step 11-rule-2-exit apply --yes
at 02 10:10
want PLTR 100
step 12-entry-again apply --yes
at 02 10:20
want PLTR 0
step 13-partial-exit apply --yes
at 02 10:30
step 14-rest-of-exit apply --yes

# Rule 6: mp is switched off, its positions are sold, and NVDA fills 30 of 50. What is left is its own until it is sold.
at 02 10:40
want PLTR 100
want AVGO 25
want NVDA 50
step 15-three-positions apply --yes
at 02 10:50
step 16-disable disable mp --close-positions
at 02 11:00
step 17-orphaned-status status
step 18-orphaned-apply apply --yes
step 19-close-orphaned close-orphaned mp
at 02 11:10
step 20-enable enable mp

# What a monitor looks for: no money, a flag set by hand, no answer, no time.
at 02 11:20
want AVGO 0
want PLTR 400
want NVDA 300
step 21-no-money apply --yes
at 02 11:30
flag true
step 22-flag-by-hand apply --yes
flag false
want NVDA 0
want TQQQ 50
at 02 11:40
step 23-tqqq apply --yes
want TQQQ 0
at 02 11:50
step 24-no-answer apply --yes
# What was lost on its way goes out again under the same id.
at 02 11:55
step 25-sent-again apply --yes
# No order later than three quarters of the lock's time: 240 s, as in the original. One at a time, for as long as it takes.
sed 's/^spec:$/spec:\n  execution: {lockTimeout: 320s, fillTimeout: 238s, maxInFlight: 1}/' manifests/account.yaml >account.yaml
mv account.yaml manifests/account.yaml
want PLTR 500
want AVGO 25
at 02 12:00
step 26-no-time apply --yes

# Rule 5: mp is disabled from another terminal while its first order of four waits for its fill. In real time.
unset HGCTL_NOW
rm -rf data
cp -R "$here/trading/manifests" .
sed 's/^spec:$/spec:\n  execution: {maxInFlight: 1}/' manifests/account.yaml >account.yaml
mv account.yaml manifests/account.yaml
for symbol in PLTR AVGO NVDA MSFT; do want "$symbol" 10; done
echo 'faults: [{on: submit, effect: order, fillAfter: 8s}]' >faults.yaml
# Before the shell that starts it gets there: what the step before has said must not count.
: >stderr
node "$bundle" apply --yes >stdout 2>stderr </dev/null &
execution=$!
until grep -q 'Submitting order' stderr; do sleep 0.1; done
node "$bundle" disable mp >disable.stdout 2>disable.stderr </dev/null
code=0
wait "$execution" || code=$?
{
  echo '$ hgctl apply --yes'
  echo '--- stderr, and meanwhile in another terminal: hgctl disable mp'
  grep '\[MP\]' stderr
  echo "--- exit $code"
  echo '$ hgctl disable mp'
  cat disable.stdout
} >transcript
cat transcript
if [ -n "$steps" ]; then cp transcript "$steps/27-rule-5-shutdown.txt"; fi
