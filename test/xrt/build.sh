#!/bin/sh
# Builds, inside the chroot (test/xrt/enter.sh), what the tests run there: the plugin against the system's own XRT, the
# fake driver, the programs that check both, and the xclbin files. usage: build.sh REPOSITORY OUTPUT
set -eu
repository=$1 output=$2
compile() { g++ -std=c++17 -O1 -Wall -Wextra -Werror -Wshadow -I"$repository/native" "$@"; }
xrt=$repository/native/npu/xrt
compile -shared -fPIC -fvisibility=hidden -o "$output/libtilescribe_xrt.so" "$xrt/plugin.cc" -lxrt_coreutil &
compile -shared -fPIC -o "$output/libfake_amdxdna.so" "$repository"/test/xrt/fake/*.cc &
compile -o "$output/plugin_check" "$repository/test/xrt/plugin_check.cc" "$xrt/library.cc"
compile -o "$output/device_check" "$repository/test/xrt/device_check.cc" \
  "$xrt/library.cc" "$xrt/loader.cc" "$xrt/probe.cc"
# `wait` alone would lose their exit codes.
for job in $(jobs -p); do wait "$job"; done
sh "$repository/test/xrt/make-xclbin.sh" "$output/add-one.xclbin" add-one 2
