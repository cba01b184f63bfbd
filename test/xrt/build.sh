#!/bin/sh
# Builds, inside the chroot (test/xrt/enter.sh), what the tests run there: the plugin against the system's own XRT, the
# fake driver with the emulator, the programs that check both, and the xclbin files.
# usage: build.sh REPOSITORY OUTPUT EMULATOR, the last the folder with the host's libraries (preset "emulator")
set -eu
repository=$1 output=$2 emulator=$3
compile() { g++ -std=c++17 -O1 -Wall -Wextra -Werror -Wshadow -I"$repository/native" -I"$repository" "$@"; }
xrt=$repository/native/npu/xrt
libraries="$emulator/libtilescribe_npu.a $emulator/libtilescribe_core.a $emulator/kernels/libtilescribe_kernels.a"
mkdir -p "$output/throwing"
sh "$repository/test/xrt/compile-plugin.sh" "$repository" "$output" &
compile -c -fPIC -fvisibility=hidden -o "$output/throwing/throw.o" "$repository/test/xrt/throwing/throw.cc" &
compile -o "$output/throw_check" "$repository/test/xrt/throwing/throw_check.cc" "$xrt/library.cc" &
# shellcheck disable=SC2086 # $libraries are several words
# Preloaded, so that nothing but ioctl may be seen of it: the addon has functions of the same names.
compile -shared -fPIC -fvisibility=hidden -Wl,--exclude-libs,ALL -o "$output/libfake_amdxdna.so" \
  "$repository"/test/xrt/fake/*.cc $libraries &
# shellcheck disable=SC2086
compile -o "$output/decoder_check" "$repository/test/xrt/decoder_check.cc" $libraries &
# shellcheck disable=SC2086
compile -o "$output/emulated_design" "$repository/test/xrt/emulated_design.cc" $libraries &
compile -o "$output/plugin_check" "$repository/test/xrt/plugin_check.cc" "$xrt/library.cc"
compile -o "$output/device_check" "$repository/test/xrt/device_check.cc" \
  "$xrt/library.cc" "$xrt/loader.cc" "$xrt/probe.cc"
# `wait` alone would lose their exit codes.
for job in $(jobs -p); do wait "$job"; done
sh "$repository/test/xrt/throwing/wrap.sh" "$output/throwing" "$output/throwing/libtilescribe_xrt.so" \
  "$output/plugin.o" "$output/plugin_objects.o" "$output/throwing/throw.o"
sh "$repository/test/xrt/make-xclbin.sh" "$output/add-one.xclbin" add-one 2
mkdir -p "$output/design/decoder_step"
sh "$repository/test/xrt/make-xclbin.sh" "$output/design/decoder_step/decoder_step.xclbin" decoder_step 5
"$output/emulated_design" "$output/design" >"$output/design/decoder_step.json"
