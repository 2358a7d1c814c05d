#!/bin/sh
# move-layers.sh SOURCE DEST: moves from stack SOURCE to stack DEST what DEST is to make, by its storm:layers, and does not have yet.
# Splits an environment and merges it again (docs/layers.md). Only the two states change; no machine is touched.
# PULUMI: the engine's command; default: this checkout's own.
set -eu
source=$1
dest=$2
pulumi=${PULUMI:-npm run -s pulumi --}

# Children go with their parents, and providers with the resources that use them.
# shellcheck disable=SC2016  # jq's variables, not the shell's
wanted=$($pulumi preview --json --stack "$dest" | jq --raw-output --arg from "urn:pulumi:$dest::" --arg to "urn:pulumi:$source::" '
  .steps[] | select(.op == "create" and (.newState.parent // "" | contains("::pulumi:pulumi:Stack::"))) | .urn
  | select(contains("::pulumi:providers:") | not) | $to + ltrimstr($from)')
there=$($pulumi stack export --stack "$source" | jq --raw-output '.deployment.resources[]?.urn')
moved=$(printf '%s\n' "$wanted" | grep --fixed-strings --line-regexp "$there" || true)
if [ -z "$moved" ]; then
  echo "$dest needs nothing that $source has" >&2
  exit 1
fi
# shellcheck disable=SC2086  # a command and its arguments
printf '%s\n' "$moved" | xargs $pulumi state move --yes --source "$source" --dest "$dest"
left=$($pulumi stack export --stack "$source" |
  jq '[.deployment.resources[]?.type | select(test("^pulumi:(pulumi:Stack$|providers:)") | not)] | length')
# The engine does not remove a stack with a root and providers, which move with nobody.
if [ "$left" -eq 0 ]; then
  echo "$source has nothing left, and can go: $pulumi stack rm --force $source"
else
  echo "$source has $left resources left"
fi
