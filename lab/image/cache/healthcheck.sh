#!/bin/bash
# Healthy while the registry answers. In bash alone: the image has no HTTP client.
set -eu

exec 3<>/dev/tcp/127.0.0.1/5000
printf 'GET /v2/ HTTP/1.0\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
