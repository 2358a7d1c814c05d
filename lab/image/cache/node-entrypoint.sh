#!/bin/sh
# Takes the same commands as the entry point of docker.io's node.
set -eu

if [ "${1#-}" != "${1:-}" ] || ! command -v "${1:-}" >/dev/null 2>&1 || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
  set -- node "$@"
fi

exec "$@"
