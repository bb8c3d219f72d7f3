#!/bin/bash
# SIGTERM to the storefront alone, and time to end: DRAIN_S (20) until the balancer has seen it, 10 s for what runs, and some.
set -euo pipefail
units=${UNITS:-/etc/systemd/system}
mkdir -p "$units/web.service.d"
printf '[Service]\nKillMode=mixed\nTimeoutStopSec=45\n' >"$units/web.service.d/10-stop.conf"
systemctl daemon-reload
