#!/bin/sh
# Compiles and links the plugin inside the chroot, no warning allowed, and says which XRT's headers it read.
# usage: compile-plugin.sh REPOSITORY OUTPUT [HEADERS], HEADERS a folder with "xrt" in place of the system's own
set -eu
repository=$1 output=$2 headers=${3:-/usr/include}
include="-isystem $headers"
# The system's own come by themselves: named, they would come before those of C++.
if [ "$headers" = /usr/include ]; then include=; fi
# shellcheck disable=SC2086 # $include is two words or none
compile() { g++ -std=c++17 -O1 -Wall -Wextra -Werror -Wshadow $include -I"$repository/native" -fPIC "$@"; }
printf '#include <xrt/detail/version-slim.h>\n' | compile -E -dM -x c++ - |
  sed -nE 's/^#define XRT_VERSION_CODE XRT_VERSION\(([0-9]+), ([0-9]+)\)$/XRT \1.\2/p'
mkdir -p "$output"
compile -c -fvisibility=hidden -o "$output/plugin.o" "$repository/native/npu/xrt/plugin.cc" &
compile -c -fvisibility=hidden -o "$output/plugin_objects.o" "$repository/native/npu/xrt/plugin_objects.cc"
wait $!
compile -shared -o "$output/libtilescribe_xrt.so" "$output/plugin.o" "$output/plugin_objects.o" -lxrt_coreutil
