#!/usr/bin/env bash
# The step of action.yml: annotations, then the files that were asked for. Exit code 3, not decided, is neutral: a patch
# that does not apply, or a base that is not in a shallow clone, is no failure of its author.
set -uo pipefail
relore=${RELORE_PROGRAM:-"$GITHUB_ACTION_PATH/dist/relore.js"}
source=${RELORE_SOURCE:-"${RELORE_BASE:-}..HEAD"}
options=(--fail-on "${RELORE_FAIL_ON:-opens}" --only "${RELORE_ONLY:-new}" --model "${RELORE_MODEL:-sc}")
# Waivers are those of the base: a patch must not choose how it is judged.
if [ -n "${RELORE_WAIVERS:-}" ]; then
  waivers=${RUNNER_TEMP:-/tmp}/relore-waivers.$$.yaml
  if git show "${RELORE_BASE:-HEAD}:$RELORE_WAIVERS" >"$waivers" 2>/dev/null; then
    options+=(--waivers "$waivers")
  else
    echo "::notice title=relore::the base has no $(printf '%s' "$RELORE_WAIVERS" | tr -cd '[:alnum:]._/-'): no waivers"
  fi
fi

node "$relore" review "${options[@]}" --format github -- "$source"
code=$?
if [ "$code" -ne 2 ]; then
  if [ -n "${RELORE_SARIF:-}" ]; then node "$relore" review "${options[@]}" --format sarif -o "$RELORE_SARIF" -- "$source" || true; fi
  if [ -n "${RELORE_HTML:-}" ]; then node "$relore" review "${options[@]}" --format html -o "$RELORE_HTML" -- "$source" || true; fi
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then echo "exit-code=$code" >>"$GITHUB_OUTPUT"; fi
if [ "$code" -eq 3 ]; then exit 0; fi
exit "$code"
