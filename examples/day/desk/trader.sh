#!/bin/sh
# Edits a manifest on the second day of the example, as a trader would in an editor. Wants no position of its own.
set -eu
core=core.yaml
if grep -q '"now":"2025-12-02'; then
  sed 's/symbol: VTI, quantity: "10"/symbol: VTI, quantity: "15"/' "$core" >"$core.edited"
  mv "$core.edited" "$core"
fi
echo '{"version":1,"targets":[]}'
