#!/bin/sh
# What a container of the Dockerfile runs: `notebooks` opens the lessons, all else is a command of `sim`.
set -eu
if [ "${1:-}" = notebooks ]; then
  cp -R /opt/sanctions-sim/notebooks "$HOME/notebooks"
  exec jupyter lab --ip=0.0.0.0 --no-browser "$HOME/notebooks"
fi
exec sim "$@"
