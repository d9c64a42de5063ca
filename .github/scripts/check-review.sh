#!/usr/bin/env bash
# Fail if the review is red, or if the pull request says that no segment changes and a customer moved.
#
# check-review.sh BASE, with TITLE, BODY and LABELS of the pull request in the environment, if any.
set -euo pipefail

says=$(printf '%s\n' "${TITLE:-}" "${BODY:-}" "${LABELS:-}")
options=(--check)
# In the text "No segment changes", as a label no-segment-changes.
if grep -qiE '\bno[ -]segments?[ -]changes?\b' <<< "$says"; then
    echo "The pull request says that no segment changes: nobody may have moved."
    options+=(--unmoved)
fi
page=$(mktemp -d)
trap 'rm -rf "$page"' EXIT
segmentation review "${options[@]}" --out "$page/review.md" -- "$1"
