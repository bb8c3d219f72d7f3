#!/bin/bash
# Who sells comes from Parameter Store; the shop reads it from a file.
set -euo pipefail
file=${SELLER_FILE:?}
mkdir -p "$(dirname "$file")"
printf '%s\n' "${SELLER_JSON:?}" >"$file"
chmod 0644 "$file"
