#!/bin/bash
# Puts pictures and documents below MEDIA_ROOT: two access points of EFS, or the one disk of the one instance.
# Runs at every deployment and on every new instance; what is there already stays.
set -euo pipefail
root=${MEDIA_ROOT:?} fstab=${FSTAB:-/etc/fstab}

mount_once() { # FOLDER LINE
    mkdir -p "$1"
    grep -qxF "$2" "$fstab" || echo "$2" >>"$fstab"
    mountpoint -q "$1" || mount "$1"
}

# AWS Backup puts all that it restores into a folder of the file system, where no access point looks.
bring_up_restored() {
    top=$(mktemp -d)
    mount -t efs -o tls "$EFS_ID:/" "$top"
    for name in pictures documents; do
        newest=
        for folder in "$top"/aws-backup-restore_*/"$name"; do
            [ ! -d "$folder" ] || newest=$folder
        done
        # What is in its place stays; another instance may just have put it there.
        [ -z "$newest" ] || [ -d "$top/$name" ] || mv -T "$newest" "$top/$name" || [ -d "$top/$name" ]
    done
    umount "$top"
    rmdir "$top"
}

mount_files() {
    rpm -q amazon-efs-utils >/dev/null || dnf -yq install amazon-efs-utils
    [ -z "${EFS_RESTORED:-}" ] || bring_up_restored
    mount_once "$root/pictures" "$EFS_ID:/ $root/pictures efs _netdev,tls,iam,accesspoint=${EFS_PICTURES:?} 0 0"
    mount_once "$root/documents" "$EFS_ID:/ $root/documents efs _netdev,tls,iam,accesspoint=${EFS_DOCUMENTS:?} 0 0"
}

# The device's name is the volume's id without its dash, whatever the instance calls it.
device_of() { find "${DISKS:-/dev/disk/by-id}" -name "nvme-Amazon_Elastic_Block_Store_${1/-/}" 2>/dev/null | head -n 1; }

attach_disk() { # VOLUME
    token=$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" "${IMDS:-http://169.254.169.254/latest}/api/token")
    instance=$(curl -sf -H "X-aws-ec2-metadata-token: $token" "${IMDS:-http://169.254.169.254/latest}/meta-data/instance-id")
    # An instance that is being replaced gives the disk up when it ends.
    aws ec2 wait volume-available --region "$AWS_REGION" --volume-ids "$1"
    aws ec2 attach-volume --region "$AWS_REGION" --volume-id "$1" --instance-id "$instance" --device /dev/sdf
    for _ in $(seq 60); do
        [ -z "$(device_of "$1")" ] || return 0
        sleep "${POLL:-2}"
    done
    echo "the disk $1 was attached and is not seen" >&2
    return 1
}

# Only a disk on which nothing at all is found gets a file system: blkid says 2 for that, and another number for trouble.
format_if_empty() { # DEVICE
    found=0
    blkid -p "$1" >/dev/null || found=$?
    case $found in
    0) ;;
    2) mkfs.xfs "$1" ;;
    *)
        echo "what is on the disk $1 cannot be read, so it stays as it is" >&2
        return 1
        ;;
    esac
}

mount_disk() {
    [ -n "$(device_of "${EBS_ID:?}")" ] || attach_disk "$EBS_ID"
    device=$(device_of "$EBS_ID")
    format_if_empty "$device"
    mount_once "$root" "$device $root xfs defaults,nofail 0 2"
    install -d -o webapp -g webapp -m 0750 "$root/pictures" "$root/documents"
}

case ${MEDIA_STORE:?} in
efs) mount_files ;;
ebs) mount_disk ;;
esac
