#!/bin/bash
# SIGTERM to the main process of each unit alone: to the whole group, it would kill Celery's children with their tasks.
# A task may take 60 s; the HTTP process ends within DRAIN_S.
set -euo pipefail
units=${UNITS:-/etc/systemd/system} programs=${PROGRAMS:-/usr/local/bin}
for unit in web orders documents media; do
    mkdir -p "$units/$unit.service.d"
    printf '[Service]\nKillMode=mixed\nTimeoutStopSec=90\n' >"$units/$unit.service.d/10-stop.conf"
done
install -m 0755 scripts/drain-watch.sh "$programs/drain-watch.sh"
cat >"$units/drain-watch.service" <<UNIT
[Unit]
Description=ends the workers' work when Auto Scaling takes this instance away
[Service]
ExecStart=$programs/drain-watch.sh
Restart=on-failure
RestartSec=5
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable drain-watch.service
systemctl restart drain-watch.service
