#!/usr/bin/env bash
# Every arm answers the same problems and is judged; then the table, the gates and the page.
# Ends 0 whatever the verdicts: `make gate` is for those. Called by make, which sets the names.
set -euo pipefail
problems=$WORK/problems
recipe=(--recipe "$RECIPES/eval.yaml")
for pair in $SET_EVAL; do recipe+=(--set "$pair"); done

arms=()
arm() { # NAME, and how the answers come about
  local name=$1
  shift
  oilstone-eval generate "$@" --problems "$problems" --out "$WORK/samples/$name" "${recipe[@]}"
  oilstone-eval judge "$WORK/samples/$name" --problems "$problems" --out "$WORK/report/$name" \
    "${recipe[@]}"
  arms+=("$WORK/report/$name")
}

arm base --base "$BASE"
arm copy --nearest "$DATA"
for name in phase1 phase1-continued; do
  if [ -d "$WORK/$name" ]; then arm "$name" --base "$BASE" --adapter "$WORK/$name"; fi
done
if [ -d "$ADAPTER" ]; then arm "${REPORT##*/}" --base "$BASE" --adapter "$ADAPTER"; fi

oilstone-eval table "${arms[@]}"
if [ -d "$REPORT" ]; then
  if [ -f "$RECIPES/gates.yaml" ]; then tools/gate.sh || [ $? -eq 1 ]; fi
  echo "$REPORT/report.html"
fi
