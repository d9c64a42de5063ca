#!/usr/bin/env bash
# Bring the results of a revision into DVC's cache: pulled where a remote has them, else made again.
# Works in a copy; the workspace stays as it is.
set -euo pipefail

commit=$(git rev-parse --verify --quiet --end-of-options "$1^{commit}") || {
    echo "error: git knows no revision '$1'" >&2
    exit 2
}
if ! git cat-file -e "$commit:dvc.lock" 2>/dev/null; then
    echo "$1 has no results to bring back."
    exit 0
fi
root=$PWD
cache=$(dvc cache dir)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

git clone --quiet --shared --no-checkout . "$copy"
cd "$copy"
git checkout --quiet --detach "$commit"
if [[ -f $root/.dvc/config.local ]]; then
    cp "$root/.dvc/config.local" .dvc/config.local
fi
dvc cache dir --local "$cache"
if [[ -n $(dvc remote list) ]]; then
    dvc fetch || echo "Not everything could be fetched; the pipeline makes it again."
fi
dvc checkout --quiet --allow-missing  # what is in place is not made again
# The revision's own code, not the installed one of the workspace.
PYTHONPATH=$copy/src dvc repro profile
