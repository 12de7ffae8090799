# shellcheck shell=sh
# Sourced by the scripts beside it: runs hgctl of this checkout, in the folder that the caller is in.
hgctl() {
  here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
  exec node "$here/../dist/hgctl.js" "$@"
}
