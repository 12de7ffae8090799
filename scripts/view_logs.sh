#!/bin/sh
# The original's log viewer, by hgctl: view_logs.sh [-f] [--strategy NAME] [--since TIME] [--level LEVEL]
set -eu
# shellcheck source=scripts/hgctl.sh
. "$(dirname -- "$0")/hgctl.sh"
hgctl logs "$@"
