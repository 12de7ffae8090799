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
cp -R "$here/manifests" "$here/prices" "$here/data" "$copy"
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
