#!/bin/sh
# deploy.sh up|down: the stack $STACK on the swarm of $STORM_HOST, as the compose file on standard input says.
# The credential comes by the environment; on disk it is for as long as this runs, in a folder that only its user can read.
set -eu
umask 077
certificates=$(mktemp -d)
trap 'rm -rf "$certificates"' EXIT
printf '%s' "$STORM_CA" >"$certificates/ca.pem"
printf '%s' "$STORM_CERTIFICATE" >"$certificates/cert.pem"
printf '%s' "$STORM_KEY" >"$certificates/key.pem"
export DOCKER_HOST="$STORM_HOST" DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$certificates"

# `up` ends when every task runs; what does not within five minutes is a failure.
case $1 in
  up) timeout 300 docker stack deploy --compose-file - --detach=false --prune --resolve-image never "$STACK" ;;
  down) docker stack rm "$STACK" ;;
esac
