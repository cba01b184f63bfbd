#!/bin/sh
# Runs a command in the chroot that holds XRT, with our fake NPU under it. Needs root; call it by
#
#   unshare --mount --propagation private -- sh enter.sh ROOT [NAME=PATH]... -- COMMAND...
#
# ROOT is a Debian system with XRT (src/setup/xrt-chroot.mjs). Each NAME=PATH shows that file or folder at /mnt/NAME,
# read-only, or writable as NAME:rw=PATH. All mounts are in the caller's own mount namespace and end with it; nothing
# in ROOT is changed.
# Settings from the environment:
#   XRT_DEVICE=none       no NPU on the bus and no device file
#   XRT_DEVICE_MODE=0660  of /dev/accel/accel0, which belongs to root and group render
#   XRT_USER=tester       who runs the command; "root" stays root
#   XRT_GROUPS=render     the groups of that user, by name, or "none"
#   XRT_MEMLOCK=BYTES     RLIMIT_MEMLOCK of the command (default: none that binds); the real limit, set by prlimit
set -eu
root=$1
shift
# Bound to itself, so that it can be read-only for us alone.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
for folder in sys dev mnt tmp run; do mount -t tmpfs -o mode=0755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp"
while [ "$1" != -- ]; do
  name=${1%%=*} path=${1#*=} option=ro
  case $name in *:rw) name=${name%:rw} option=rw ;; esac
  if [ -d "$path" ]; then mkdir "$root/mnt/$name"; else : >"$root/mnt/$name"; fi
  mount --bind "$path" "$root/mnt/$name"
  if [ "$option" = ro ]; then mount -o remount,bind,ro "$root/mnt/$name"; fi
  shift
done
shift

for node in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm" && chmod 1777 "$root/dev/shm"
mkdir -p "$root/sys/bus/pci/devices" "$root/sys/bus/pci/drivers"
# What Node reads to know the processors.
mkdir -p "$root/sys/devices/system"
cp -r /sys/devices/system/cpu "$root/sys/devices/system/cpu" 2>/dev/null || true

if [ "${XRT_DEVICE:-}" != none ]; then
  # A Phoenix as the kernel's driver shows it.
  address=0000:c6:00.1
  device=/sys/devices/pci0000:00/0000:00:08.2/$address
  mkdir -p "$root$device/accel/accel0" "$root/sys/bus/pci/drivers/amdxdna"
  for entry in vendor:0x1022 device:0x1502 revision:0x00 class:0x118000 device_type:0 \
    vbnv:RyzenAI-npu1 fw_version:1.5.5.391; do
    printf '%s\n' "${entry#*:}" >"$root$device/${entry%%:*}"
  done
  ln -s "$device" "$root/sys/bus/pci/devices/$address"
  ln -s "$device" "$root/sys/bus/pci/drivers/amdxdna/$address"
  ln -s /sys/bus/pci/drivers/amdxdna "$root$device/driver"
  mkdir -p "$root/sys/module/amdxdna"
  mkdir "$root/dev/accel"
  truncate -s 16G "$root/dev/accel/accel0"
  chown root:render "$root/dev/accel/accel0" 2>/dev/null || chroot "$root" chown root:render /dev/accel/accel0
  chmod "${XRT_DEVICE_MODE:-0660}" "$root/dev/accel/accel0"
fi
mount -o remount,bind,ro "$root"

user=${XRT_USER:-tester}
groups=${XRT_GROUPS:-render}
if [ "$user" = root ]; then exec chroot "$root" "$@"; fi
if [ "$groups" = none ]; then groups=--clear-groups; else groups=--groups=$groups; fi
limit=--memlock=${XRT_MEMLOCK:-unlimited}
lock=
if [ -z "${XRT_MEMLOCK:-}" ] && ! prlimit --memlock=unlimited true 2>/dev/null; then
  # Where root may not raise the limit (a container without CAP_SYS_RESOURCE), the user gets the capability that
  # the limit does not bind.
  limit= lock='--inh-caps +ipc_lock --ambient-caps +ipc_lock'
fi
# shellcheck disable=SC2086 # $limit and $lock are none or several words
exec ${limit:+prlimit "$limit" --} chroot "$root" setpriv --reuid "$user" --regid "$user" "$groups" $lock -- "$@"
