#!/bin/sh
# Takes the same commands as the entry point of docker.io's registry:2.
set -eu

case "${1:-}" in
  *.yaml | *.yml) set -- registry serve "$@" ;;
  serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac

exec "$@"
