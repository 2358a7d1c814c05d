#!/bin/sh
# Healthy while the registry answers.
exec wget -q -O /dev/null http://127.0.0.1:5000/v2/
