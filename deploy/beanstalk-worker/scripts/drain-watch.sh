#!/bin/bash
# Waits until Auto Scaling wants this instance to end, stops the workers, and says that it may. What fails is tried again;
# without any word from here the instance ends after the hook's HeartbeatTimeout, and the step ledger takes over.
set -euo pipefail
imds=${IMDS:-http://169.254.169.254/latest}

get() { curl -sf -m 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }

autoscaling() { aws autoscaling "$@" --region "$region" --cli-connect-timeout 5 --cli-read-timeout 10; }

answer_hook() { # CALL [OPTION...]
    group=$(autoscaling describe-auto-scaling-instances --instance-ids "$id" \
        --query 'AutoScalingInstances[0].AutoScalingGroupName' --output text)
    autoscaling "$@" --auto-scaling-group-name "$group" --lifecycle-hook-name drain --instance-id "$id"
}

ask_for_more_time() {
    while sleep "${HEARTBEAT:-60}"; do
        answer_hook record-lifecycle-action-heartbeat || :
    done
}

# The tier's daemon first, so that it fetches no job for a process that is gone: five such receptions make a dead letter.
# It is not ours, and may have another name: the process that it posts to ends last.
stop_units() {
    systemctl stop sqsd.service || :
    systemctl stop orders.service documents.service media.service && systemctl stop web.service
}

leave() {
    id=$(get instance-id) region=$(get placement/region)
    ask_for_more_time &
    asking=$! failed=0
    { stop_units && answer_hook complete-lifecycle-action --lifecycle-action-result CONTINUE; } || failed=$?
    kill "$asking"
    return "$failed"
}

while :; do
    if token=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 600' "$imds/api/token") &&
        [ "$(get autoscaling/target-lifecycle-state || :)" = Terminated ] && leave; then
        exit 0
    fi
    sleep "${POLL:-5}"
done
