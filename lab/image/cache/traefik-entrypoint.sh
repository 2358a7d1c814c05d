#!/bin/sh
# Takes the same commands as the entry point of docker.io's traefik.
set -eu

case "${1:-}" in
  -* | healthcheck | version) set -- traefik "$@" ;;
esac

exec "$@"
