#!/usr/bin/env bash
# The gates about $REPORT, beside the other reports as baselines. Called by make, which sets the names.
set -euo pipefail
baselines=()
for report in "$WORK"/report/*/; do
  report=${report%/}
  [ "$report" = "$REPORT" ] || baselines+=(--baseline "${report##*/}=$report")
done
oilstone-gates check "$RECIPES/gates.yaml" --report "$REPORT" --out "$WORK/decision" \
  ${baselines[@]+"${baselines[@]}"}
