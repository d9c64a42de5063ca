#!/usr/bin/env bash
# Check that what is committed is what the pipeline makes: run what is out of date, then compare.
set -euo pipefail

if [[ -n $(dvc remote list) ]]; then
    dvc pull --allow-missing || echo "Not everything could be pulled; the pipeline makes it again."
fi
dvc repro
changed=$(git status --porcelain -- dvc.lock reports)
if [[ -n $changed ]]; then
    git --no-pager diff HEAD -- dvc.lock reports
    echo "$changed"
    echo "error: the committed results are not those of the pipeline (above: what it made);" \
        "run 'dvc repro' and commit dvc.lock and reports/" >&2
    exit 1
fi
echo "dvc.lock and reports/ are what the pipeline makes."
