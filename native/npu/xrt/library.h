// Finds and opens libtilescribe_xrt.so and with it XRT. In: where the plugin should be. Out: the table of its
// functions, or why there is none.
//
// XRT is looked for on the system's path first and then in /opt/xilinx/xrt/lib, where AMD's own packages put it: a
// copy opened from there satisfies the plugin's dependency of the same name. Libraries are never closed again: XRT
// keeps threads.
#pragma once

#include <string>

#include "npu/xrt/npu_abi.h"

namespace tilescribe::npu {

struct XrtLibrary {
  enum class Missing { kNothing, kPlugin, kXrt, kVersion };

  const TilescribeNpuFunctions* functions = nullptr;
  Missing missing = Missing::kNothing;
  // What is missing and where it was looked for; the version of XRT when nothing is.
  std::string text;
};

// $TILESCRIBE_XRT_PLUGIN, or beside the file that this code is in (the addon).
std::string xrt_plugin_path();

XrtLibrary open_xrt_library(const std::string& plugin_path);

}  // namespace tilescribe::npu
