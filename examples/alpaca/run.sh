#!/usr/bin/env bash
# Both terminals of README.md by one script, on a copy: the server of the simulated account, and hgctl as its client.
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

# Every process is started in the background and waited for, so that a signal is heard at once and leaves none of them.
copy=$(mktemp -d)
clean_up() {
  trap '' INT TERM
  local pid
  for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$copy"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$copy/seed" "$copy/alpaca"
cp -R "$here/../seed/data" "$here/../seed/prices" "$copy/seed"
cp -R "$here/manifests" "$here"/*.yaml "$here"/*.mjs "$here/keys.env" "$copy/alpaca"
cd "$copy/alpaca"
chmod 600 keys.env

unset HGCTL_MANIFESTS HGCTL_DATA HGCTL_NOW HGCTL_ALLOW_LIVE APCA_API_KEY_ID APCA_API_SECRET_KEY
export NO_COLOR=1

fail() {
  echo "run.sh: $1" >&2
  exit 1
}

# keep NAME   prints the transcript of a step, and keeps it
keep() {
  cat transcript
  echo
  if [ -n "$steps" ]; then cp transcript "$steps/$1.txt"; fi
}

# program NAME SHOWN ARGUMENT...   stdout first, then what went to stderr, then the exit code
program() {
  local name=$1 shown=$2 code=0
  shift 2
  node "$@" >stdout 2>stderr </dev/null &
  wait "$!" || code=$?
  {
    echo "\$ $shown"
    cat stdout
    echo '--- stderr'
    cat stderr
    echo "--- exit $code"
  } >transcript
  keep "$name"
}

# step NAME ARGUMENT...   hgctl in the second terminal
step() {
  local name=$1
  shift
  program "$name" "hgctl $*" "$bundle" "$@"
}

# other NAME ARGUMENT...   another client, with the same keys
other() {
  local name=$1
  shift
  program "$name" "node other.mjs $address $*" other.mjs "$address" "$@"
}

# until_said FILE WORDS PID   waits until a process has said something
until_said() {
  local tries=0
  until grep -q "$2" "$1" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || fail "it has ended before it said '$2': $(cat "$1" ./*.stderr)"
    tries=$((tries + 1))
    [ "$tries" -lt 1200 ] || fail "no word of '$2' in a minute"
    sleep 0.05
  done
}

server=
address=

# serve NAME FAULTS   the server in the first terminal, on any free port, in the manifests of the second
serve() {
  local options=(-f exchange.yaml --data exchange --keys-file keys.env --faults "$2" --port 0 --requests-per-minute 10000)
  : >server.stdout
  node "$bundle" sim serve "${options[@]}" >server.stdout 2>server.stderr </dev/null &
  server=$!
  until_said server.stdout 'http://' "$server"
  address=$(sed 's/.* at \(http:[^ ]*\) .*/\1/' server.stdout)
  sed "s#http://127.0.0.1:[0-9]*/#$address/#" manifests/account.yaml >account
  mv account manifests/account.yaml
  {
    echo "\$ hgctl sim serve ${options[*]}"
    cat server.stdout
  } >transcript
  keep "$1"
}

# Ctrl-C in the first terminal.
end_server() {
  kill "$server"
  wait "$server" || true
}

# want SYMBOL QUANTITY   edits the target in the manifests, as the trader would
want() {
  local file
  for file in manifests/strategies/mp.yaml manifests/strategies/omr.yaml; do
    sed "s/\(symbol: $1, quantity: \)\"[0-9]*\"/\1\"$2\"/" "$file" >strategy
    mv strategy "$file"
  done
}

# mp_is KEY VALUE   sets a switch of mp in the toggle file by hand
mp_is() {
  sed "/^  mp:/,/shutdown_requested:/ s/$1: .*/$1: $2/" manifests/strategy_toggle.yaml >toggle
  mv toggle manifests/strategy_toggle.yaml
}

# What a day has seen is told by its session, which ends at midnight in New York: this one ends in the day in which it began.
while [ "$(TZ=America/New_York date +%H%M)" -ge 2357 ]; do
  sleep 1 &
  wait "$!"
done

# Part one: the original's account, of which its books do not know two sales by hand.
mkdir exchange data
cp ../seed/data/broker.json exchange
cp ../seed/data/strategy_positions.json data
serve 01-serve faults.yaml
step 02-first-start apply --yes
step 03-init init --from-state data/strategy_positions.json
step 04-status status
step 05-plan plan
step 06-apply apply --yes
step 07-get-positions get positions
step 08-apply-again apply --yes
mp_is enabled false
step 09-disabled-status status
step 10-disabled-apply apply --yes
mp_is enabled true
end_server

# Part two: a new account, and orders.
rm -r exchange data
mkdir exchange
for symbol in AVGO NVDA TQQQ SOXL; do want "$symbol" 0; done
serve 11-serve-new-account faults.yaml
step 12-rule-1-entry apply --yes
want PLTR 0
step 13-rule-2-exit apply --yes
want PLTR 100
step 14-entry-again apply --yes
want PLTR 0
step 15-partial-exit apply --yes
step 16-rest-of-exit apply --yes
want PLTR 100
want AVGO 25
want NVDA 50
step 17-three-positions apply --yes
step 18-disable disable mp --close-positions
step 19-orphaned-status status
step 20-orphaned-apply apply --yes
step 21-close-orphaned close-orphaned mp
step 22-enable enable mp
want AVGO 0
want PLTR 400
want NVDA 300
step 23-no-money apply --yes
want NVDA 0
want MSFT 10
mp_is shutdown_requested true
step 24-flag-by-hand apply --yes
mp_is shutdown_requested false
step 25-no-answer apply --yes
other 26-one-order orders MSFT
other 27-sold-by-another sell 100 PLTR
other 28-bought-by-another buy 20 SOXL
step 29-apply-follows apply --yes
end_server

# A proxy that answers for a broker that is down.
serve 30-serve-down down.yaml
step 31-broker-down apply --yes
end_server

# The loop: the stream of the account wakes it.
serve 32-serve-again faults.yaml
node "$bundle" run >client.stdout 2>client.stderr </dev/null &
client=$!
until_said data/controller.json '"lastPass": {' "$client"
other 33-sold-beside-the-loop sell 5 MSFT
until_said client.stdout '^Apply: ' "$client"
kill "$client"
code=0
wait "$client" || code=$?
{
  echo '$ hgctl run'
  cat client.stdout
  echo '--- stderr, and meanwhile in another terminal: the sale of before'
  cat client.stderr
  echo "--- exit $code"
} >transcript
keep 34-run
end_server
