#!/bin/bash
# Waits until Auto Scaling wants this instance to end, stops the workers, and says that it may.
set -euo pipefail
imds=${IMDS:-http://169.254.169.254/latest}

get() { curl -sf -m 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }

finish() {
    id=$(get instance-id) region=$(get placement/region)
    systemctl stop orders.service documents.service media.service web.service
    group=$(aws autoscaling describe-auto-scaling-instances --region "$region" --instance-ids "$id" \
        --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text)
    hook=$(aws autoscaling describe-lifecycle-hooks --region "$region" --auto-scaling-group-name "$group" \
        --query "LifecycleHooks[?LifecycleTransition=='autoscaling:EC2_INSTANCE_TERMINATING'].LifecycleHookName | [0]" --output text)
    aws autoscaling complete-lifecycle-action --region "$region" --auto-scaling-group-name "$group" \
        --lifecycle-hook-name "$hook" --instance-id "$id" --lifecycle-action-result CONTINUE
}

while :; do
    if token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$imds/api/token") &&
        [ "$(get autoscaling/target-lifecycle-state || :)" = Terminated ]; then
        finish
        exit 0
    fi
    sleep "${POLL:-5}"
done
