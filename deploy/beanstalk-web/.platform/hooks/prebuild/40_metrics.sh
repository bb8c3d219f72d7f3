#!/bin/bash
# Sends what /metrics tells of the shop to CloudWatch, where alarms look at it: docs/aws.md has the table.
set -euo pipefail
config=${AGENT_CONFIG:-/opt/aws/amazon-cloudwatch-agent/etc/shop}
rpm -q amazon-cloudwatch-agent >/dev/null || dnf -yq install amazon-cloudwatch-agent
mkdir -p "$config"
install -m 0644 metrics/prometheus.yaml "$config/prometheus.yaml"
sed "s|SHOP_NAME|${SHOP_NAME:?}|g; s|CONFIG|$config|g" metrics/agent.json >"$config/agent.json"
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "file:$config/agent.json"
