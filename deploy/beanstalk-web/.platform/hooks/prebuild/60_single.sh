#!/bin/bash
# A disk belongs to one instance. With MEDIA_STORE=ebs that instance runs the workers, too, and timers instead of the daemon.
set -euo pipefail
[ "${MEDIA_STORE:?}" = ebs ] || exit 0
units=${UNITS:-/etc/systemd/system}

cat single/Procfile >>Procfile
for unit in worker-http orders documents media; do
    mkdir -p "$units/$unit.service.d"
    printf '[Service]\nKillMode=mixed\nTimeoutStopSec=90\n' >"$units/$unit.service.d/10-stop.conf"
done

cat >"$units/shop-job@.service" <<'UNIT'
[Unit]
Description=job %i of the shop
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'exec curl -sSf -m 280 -X POST -H "X-Aws-Sqsd-Taskname: %i" -H "X-Aws-Sqsd-Scheduled-At: $$(date -u +%%FT%%H:%%M:00Z)" http://127.0.0.1:8100/worker'
UNIT

# timer JOB CALENDAR: the schedule of cron.yaml; the sweep needs none, as the 8100 process sweeps all the time.
timer() {
    printf '[Unit]\nDescription=when job %s is due\n[Timer]\nOnCalendar=%s\nUnit=shop-job@%s.service\n[Install]\nWantedBy=timers.target\n' "$1" "$2" "$1" >"$units/shop-job-$1.timer"
    systemctl enable --now "shop-job-$1.timer"
}
systemctl daemon-reload
timer expire '*:0/5 UTC'
timer close-day '23:10 UTC'
timer audit '01:30 UTC'
timer purge '02:30 UTC'
