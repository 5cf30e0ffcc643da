#!/usr/bin/env bash
# Plays a bout to a running vta, as a console would, and shows what came of it. Usage: demo.sh path/to/vta
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vta=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
speed=${VTA_DEMO_SPEED:-20}
folder=$(mktemp -d "${TMPDIR:-/tmp}/vta-demo.XXXXXX")
export VTA_BIND=${VTA_BIND:-127.0.0.1:16000}

"$vta" init "$folder" >/dev/null
cd "$folder"
touch run.log
"$vta" run --config event.yaml 2>run.log &
running=$!
trap 'kill $running 2>/dev/null || true' EXIT
tail -f --pid=$running run.log &

for _ in $(seq 100); do
    grep -q 'is ready' run.log && break
    kill -0 $running 2>/dev/null || { wait $running; exit; }
    sleep 0.1
done
echo "--- a bout of 8 minutes at $speed times its speed, with one video review"
"$vta" simulate --trace "$here/bout-with-review.tsv" --to "$VTA_BIND" --speed "$speed"
# The recording goes on for some seconds after the winner.
sleep 9
kill -INT $running
wait $running
trap - EXIT

echo
echo "--- what is in the database"
"$vta" db bouts --config event.yaml
echo
"$vta" db timeline --config event.yaml --only actions
echo
"$vta" db info --config event.yaml
grep -q 'connected to OBS' run.log || echo "OBS was not there, so nothing was recorded or replayed: see the actions that failed."
echo "all of it is in $folder"
