#!/bin/sh
# The original's daily check, by hgctl: exit 0 where all is well.
set -eu
# shellcheck source=scripts/hgctl.sh
. "$(dirname -- "$0")/hgctl.sh"
hgctl health "$@"
