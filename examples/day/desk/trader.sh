#!/bin/sh
# Edits manifests on the second day of the example, as a trader would in an editor. Wants no position of its own.
set -eu
edit() {
  sed "s/symbol: $2, quantity: \"$3\"/symbol: $2, quantity: \"$4\"/" "$1" >"$1.edited"
  mv "$1.edited" "$1"
}
if grep -q '"now":"2025-12-02'; then
  edit core.yaml VTI 10 15
  edit mp.yaml NVDA 20 25
fi
echo '{"version":1,"targets":[]}'
