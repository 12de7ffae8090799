#!/usr/bin/env bash
# One trading day through the real controller, on a copy: its clock jumps to the next moment that matters.
# Usage: run.sh [FOLDER]   with FOLDER, the copy is made there and kept
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bundle="$here/../../dist/hgctl.js"
if [ ! -f "$bundle" ]; then
  echo "run.sh: hgctl is not built yet: run 'npm ci' in the repository" >&2
  exit 1
fi
copy=${1:-}
if [ -z "$copy" ]; then
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
fi
mkdir -p "$copy"
cp -R "$here/manifests" "$here/desk" "$copy"
cd "$copy"

unset HGCTL_MANIFESTS HGCTL_DATA
export NO_COLOR=1

# The evening before, so that there is something to sell in the morning.
HGCTL_NOW=2025-12-01T15:50:00-05:00 node "$bundle" run --until 2025-12-01T16:10:00-05:00 >evening.out 2>evening.err </dev/null
HGCTL_NOW=2025-12-02T09:25:00-05:00 node "$bundle" run --until 2025-12-02T16:10:00-05:00 >day.out 2>day.err </dev/null
cat day.err
HGCTL_NOW=2025-12-02T16:10:00-05:00 node "$bundle" report eod --date 2025-12-02 </dev/null | tee report.txt
