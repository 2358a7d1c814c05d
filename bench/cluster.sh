#!/bin/bash
# The cluster of storm.yml, built by hand: what `pulumi up` is measured against. Everything that can go side by side does.
#
#   bench/cluster.sh up FOLDER      FOLDER holds what bench/render.ts wrote; keys and certificates are made here
#   bench/cluster.sh down FOLDER
#
# The documents in FOLDER say @@NAME@@ where the content of FOLDER/keys/NAME belongs.
set -euo pipefail

action=$1
cd "$2"
# Written by render.ts: CLUSTER NETWORK SUBNET NODE_IMAGE CACHE_IMAGE CACHE_ADDRESS BALANCER_ADDRESS
# shellcheck source=/dev/null
. ./cluster.env

began=$EPOCHREALTIME
# phase WORDS: says when a phase ended, in seconds since the start.
phase() { echo "phase $(bc <<<"scale=2; ($EPOCHREALTIME - $began) / 1") $*"; }

# settle PID...: waits for all of them, and fails if one did.
settle() {
  local failed=0 pid
  for pid; do wait "$pid" || failed=1; done
  return "$failed"
}

# on_nodes FUNCTION: runs it as FUNCTION NAME ADDRESS for every node at once.
on_nodes() {
  local pids=() name address
  while read -r name address; do
    "$1" "$name" "$address" </dev/null &
    pids+=("$!")
  done <nodes
  settle "${pids[@]}"
}

# fill DOCUMENT: the document with keys in the place of their names.
fill() {
  local file values=()
  for file in keys/*; do values+=(--rawfile "${file#keys/}" "$file"); done
  jq --compact-output "${values[@]}" \
    'walk(if type == "string" and contains("@@") then gsub("@@(?<name>[a-z0-9.-]+)@@"; $ARGS.named[.name]) else . end)' "$1"
}

remote() {
  local address=$1
  shift
  ssh -q -i id -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=known_hosts \
    -o ConnectTimeout=2 "root@$address" "$@"
}

# ------------------------------------------------------------------------------------------------ keys, certificates

ssh_key() { # ssh_key FILE
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$1"
}

host_key() { # host_key NODE ADDRESS
  ssh_key "keys/$1.key"
  printf %s "$(<"keys/$1.key.pub")" >"keys/$1.key.pub"
}

tokens() {
  local name part
  for name in management agent catalog registrator node controller operator; do
    for part in accessor secret; do printf %s "$(</proc/sys/kernel/random/uuid)" >"keys/$name.$part"; done
  done
  printf %s "$(openssl rand -base64 32)" >keys/gossip
}

elliptic=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

authority() { # authority NAME
  openssl req -x509 "${elliptic[@]}" -keyout "$1-ca.key" -out "keys/$1-ca.pem" -days 3650 -subj "/CN=Storm $1 CA/O=Storm" \
    2>/dev/null
}

certificate() { # certificate NAME AUTHORITY COMMON-NAME USES ALTERNATIVE-NAMES
  openssl req "${elliptic[@]}" -keyout "keys/$1.cert-key" -out "$1.csr" -subj "/CN=$3/O=Storm" 2>/dev/null
  printf 'keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n' "$4" >"$1.ext"
  if [ "$5" != - ]; then echo "subjectAltName=$5" >>"$1.ext"; fi
  openssl x509 -req -in "$1.csr" -CA "keys/$2-ca.pem" -CAkey "$2-ca.key" -days 365 -extfile "$1.ext" \
    -out "keys/$1.cert" 2>/dev/null
}

certificates() {
  local name authority common uses alternatives pids=()
  for name in consul docker registry ingress; do
    authority "$name" &
    pids+=("$!")
  done
  settle "${pids[@]}"
  pids=()
  while read -r name authority common uses alternatives; do
    certificate "$name" "$authority" "$common" "$uses" "$alternatives" &
    pids+=("$!")
  done <certificates
  settle "${pids[@]}"
}

# ------------------------------------------------------------------------------------------------------- containers

create_network() { docker network create --subnet "$SUBNET" --label "storm.cluster=$CLUSTER" "$NETWORK" >/dev/null; }

# container NAME ADDRESS FLAGS-FILE ARGUMENT...: makes it; the archive on standard input is unpacked into it first.
container() {
  local name=$CLUSTER-$1 address=$2 flags
  mapfile -t flags <"$3"
  shift 3
  docker create --name "$name" --label "storm.cluster=$CLUSTER" --network "$NETWORK" --ip "$address" "${flags[@]}" "$@" \
    >/dev/null
  docker cp - "$name:/"
  docker start "$name" >/dev/null
}

image_cache() { tar -cT /dev/null | container image-cache "$CACHE_ADDRESS" cache.flags "$CACHE_IMAGE"; }

balancer() {
  tar -cC balancer ./etc/storm-load-balancer.cfg |
    container load-balancer "$BALANCER_ADDRESS" balancer.flags "$NODE_IMAGE" -W -f /etc/storm-load-balancer.cfg
}

node() { # node NAME ADDRESS
  local seed=seed/$1/var/lib/cloud/seed/nocloud
  mkdir -p "$seed"
  { echo '#cloud-config' && fill "user-data-$1.json"; } >"$seed/user-data"
  printf 'instance-id: %s\nlocal-hostname: %s\n' "$1" "$1" >"$seed/meta-data"
  chmod 600 "$seed"/*
  # Files alone: a folder in the archive would change the node's own.
  (cd "seed/$1" && find . -type f -print0 | tar -c --owner=0 --group=0 --null -T -) |
    container "$1" "$2" "node-$1.flags" "$NODE_IMAGE"
}

# --------------------------------------------------------------------------------------------------- steps on nodes

enroll() { # enroll NAME ADDRESS
  local tries=0
  fill "enroll-$1.json" >"enroll-$1.filled"
  until remote "$2" true 2>/dev/null; do
    if [ $((tries += 1)) -gt 300 ]; then echo "no SSH to $1" >&2 && return 1; fi
    sleep 0.2
  done
  remote "$2" 'cloud-init status --wait >/dev/null; exec python3 /usr/local/lib/storm/storm_apply.py enroll' \
    <"enroll-$1.filled" | jq --join-output .publicKey >"keys/$1.mesh"
}

peers() { remote "$2" 'python3 /usr/local/lib/storm/storm_apply.py peers' <peers.filled >/dev/null; } # peers NAME ADDRESS

on_first() { # on_first SCRIPT DOCUMENT
  local address
  read -r _ address <nodes
  remote "$address" "exec python3 /usr/local/lib/storm/$1" <"$2" >/dev/null
}

context() { # context LOCAL-PATH REMOTE-PATH
  local address
  read -r _ address <nodes
  remote "$address" "mkdir -p '$(dirname "$2")' && cat >'$2'" <"$1"
}

contexts() {
  local here there
  while read -r here there; do context "$here" "$there"; done <contexts
}

applications() {
  local document pids=()
  for document in stack-*.json; do
    on_first storm_stack.py "$document" &
    pids+=("$!")
  done
  settle "${pids[@]}"
}

# -------------------------------------------------------------------------------------------------------------- main

up() {
  local node_keys cluster_keys beside name address
  mkdir -p keys
  tokens
  on_nodes host_key &
  node_keys=$!
  certificates &
  cluster_keys=$!
  ssh_key id
  printf %s "$(<id.pub)" >keys/id.pub
  create_network
  settle "$node_keys"
  while read -r name address; do echo "$address $(<"keys/$name.key.pub")"; done <nodes >known_hosts
  phase "SSH keys, network"

  image_cache &
  beside=("$!")
  on_nodes node
  balancer &
  beside+=("$!")
  settle "$cluster_keys"
  phase "nodes made"
  on_nodes enroll
  phase "nodes enrolled"

  fill peers.json >peers.filled
  fill consul.json >consul.filled
  contexts &
  beside+=("$!")
  on_nodes peers
  phase "mesh"
  on_first "storm_cluster.py consul" consul.filled
  phase "Consul"
  on_first "storm_cluster.py swarm" swarm.json
  phase "swarm"

  # Nothing but an image's push waits for another stack.
  on_first storm_stack.py ingress.json &
  beside+=("$!")
  on_first storm_stack.py registry.json
  phase "registry"
  applications
  phase "applications"
  settle "${beside[@]}"
  phase "ingress; all"
}

down() {
  docker ps -aq --filter "label=storm.cluster=$CLUSTER" | xargs -r docker rm --force --volumes >/dev/null
  docker network ls -q --filter "label=storm.cluster=$CLUSTER" | xargs -r docker network rm >/dev/null
}

"$action"
