#!/usr/bin/env bash
# Post a review as the one comment on its pull request, or bring that comment up to date.
# The files come from a run of the pull request's own code: nothing in them is trusted.
#
# comment.sh FOLDER, with GH_TOKEN, GITHUB_REPOSITORY, HEAD_SHA and RUN_URL in the environment.
set -euo pipefail

marker='<!-- segmentation review -->'
for file in review.md review.number; do
    if [[ ! -f $1/$file || -L $1/$file ]]; then  # a link could lead to this machine's secrets
        echo "error: the artifact holds no plain file $file" >&2
        exit 1
    fi
done
number=$(head -c 20 "$1/review.number" | tr -d '\0')
if [[ ! $number =~ ^[1-9][0-9]{0,9}$ ]]; then
    echo "error: review.number is not the number of a pull request" >&2
    exit 1
fi
# The commit that was reviewed is known from GitHub itself, so no other pull request can be meant.
sha=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$number" --jq .head.sha)
if [[ $sha != "$HEAD_SHA" ]]; then
    echo "Pull request $number is not at $HEAD_SHA, so this review is not for it."
    exit 0
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
    echo "$marker"
    echo "**Written by the pull request's own code, not by this repository's.**"
    echo "Of commit ${HEAD_SHA:0:7}; pictures side by side are in the artifact of [this run]($RUN_URL)."
    echo
    # GitHub takes 65,536 characters; iconv drops one that was cut in two, and calls it an error.
    # A zero-width space keeps @names from calling people.
    head -c 60000 "$1/review.md" | { iconv -c -f utf-8 -t utf-8 2>/dev/null || true; } |
        sed 's/@/@\xe2\x80\x8b/g'
} > "$body"

comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
own='.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith("'"$marker"'")) | .id'
id=$(gh api --paginate "$comments" --jq "$own" | sed -n 1p)
if [[ -n $id ]]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body"
else
    gh api --silent --method POST "$comments" -F "body=@$body"
fi
