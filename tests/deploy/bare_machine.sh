#!/bin/sh
# Does on a fresh Debian 13, as root, what the platform does with both bundles: packages, unpacking, the bundle's own lock
# into a venv, nginx with the shipped files, the Procfiles' lines. Runs until its input ends.
#   bare_machine.sh FOLDER    with web.zip, worker.zip and `environment` (NAME='value' lines) in it
set -eu
folder=$(cd "$1" && pwd)
app=/var/app
say() { echo "bare machine: $*"; }

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install -y --no-install-recommends python3 python3-venv nginx >/dev/null
say "$(python3 --version), $(nginx -v 2>&1)"

for tier in web worker; do
    rm -rf "${app:?}/$tier"
    mkdir -p "$app/$tier"
    python3 -m zipfile -e "$folder/$tier.zip" "$app/$tier"
done
cmp "$app/web/requirements.txt" "$app/worker/requirements.txt"
python3 -m venv "$app/venv"
"$app/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$app/web/requirements.txt"
say "installed $("$app/venv/bin/pip" list --disable-pip-version-check --format freeze | wc -l) packages of the lock"

# Two machines are one here: Debian's nginx has another user, and only one of them can have port 80.
start_nginx() { # TIER PORT
    sed "s/^user nginx;/user www-data;/; s/listen 80 /listen $2 /; s|/var/run/nginx.pid|/run/nginx-$1.pid|" \
        "$app/$1/.platform/nginx/nginx.conf" >"/etc/nginx/$1.conf"
    nginx -c "/etc/nginx/$1.conf"
}
start_nginx web 80
start_nginx worker 81

set -a
# shellcheck disable=SC1091
. "$folder/environment"
set +a
PATH=$app/venv/bin:$PATH
for tier in web worker; do
    cd "$app/$tier"
    while IFS= read -r line; do
        sh -c "${line#*: }" >"/var/log/$tier-${line%%:*}.log" 2>&1 </dev/null &
    done <Procfile
done
say started
cat >/dev/null
tail -n 30 /var/log/web-*.log /var/log/worker-*.log
