#!/bin/sh
# The original's switch, by hgctl:
#   toggle_strategy.sh STRATEGY enable
#   toggle_strategy.sh STRATEGY disable [--close-positions] [--force]
#   toggle_strategy.sh STRATEGY close-orphaned
#   toggle_strategy.sh status
# More options of hgctl (-f, --data) go behind these words.
set -eu
# shellcheck source=scripts/hgctl.sh
. "$(dirname -- "$0")/hgctl.sh"

usage() {
  sed -n '3,6s/^#   /usage: /p' "$0" >&2
  exit 3
}

[ $# -ge 1 ] || usage
if [ "$1" = status ]; then
  shift
  hgctl status "$@"
fi
[ $# -ge 2 ] || usage
strategy=$1
action=$2
shift 2
case $action in
  enable | disable | close-orphaned) hgctl "$action" "$strategy" "$@" ;;
  *) usage ;;
esac
