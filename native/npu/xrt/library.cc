#include "npu/xrt/library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

namespace tilescribe::npu {
namespace {

constexpr const char* kPluginName = "libtilescribe_xrt.so";
constexpr const char* kXrtName = "libxrt_coreutil.so.2";
constexpr const char* kVendorXrt = "/opt/xilinx/xrt/lib/libxrt_coreutil.so.2";

std::string last_error() {
  const char* text = dlerror();
  return text == nullptr ? "unknown" : text;
}

XrtLibrary lacks(XrtLibrary::Missing missing, const std::string& text) { return {nullptr, missing, text}; }

}  // namespace

std::string xrt_plugin_path() {
  const char* chosen = std::getenv("TILESCRIBE_XRT_PLUGIN");
  if (chosen != nullptr && *chosen != 0) return chosen;
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&xrt_plugin_path), &info) == 0 || info.dli_fname == nullptr) {
    return kPluginName;
  }
  const std::string file = info.dli_fname;
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? kPluginName : file.substr(0, slash + 1) + kPluginName;
}

XrtLibrary open_xrt_library(const std::string& plugin_path) {
  if (access(plugin_path.c_str(), R_OK) != 0) {
    return lacks(XrtLibrary::Missing::kPlugin, "the plugin for XRT is not built: there is no " + plugin_path);
  }
  std::string xrt_error;
  if (dlopen(kXrtName, RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    xrt_error = last_error();
    if (dlopen(kVendorXrt, RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      const std::string vendor_error = access(kVendorXrt, F_OK) == 0 ? last_error() : "is not there";
      return lacks(XrtLibrary::Missing::kXrt,
                   "XRT was not found: " + xrt_error + "; " + kVendorXrt + ": " + vendor_error);
    }
  }
  void* plugin = dlopen(plugin_path.c_str(), RTLD_NOW | RTLD_LOCAL);
  // A symbol that this XRT does not have, or a C library older than the one the plugin was built with.
  if (plugin == nullptr) return lacks(XrtLibrary::Missing::kVersion, "the plugin does not load: " + last_error());
  const auto entry = reinterpret_cast<TilescribeNpuEntry>(dlsym(plugin, TILESCRIBE_NPU_ENTRY));
  const TilescribeNpuFunctions* functions = entry == nullptr ? nullptr : entry(TILESCRIBE_NPU_ABI);
  if (functions == nullptr) {
    return lacks(XrtLibrary::Missing::kVersion, plugin_path + " is of another version of Tilescribe");
  }
  char version[64];
  TilescribeNpuError error;
  if (functions->version(version, sizeof version, &error) != TILESCRIBE_NPU_OK) {
    return lacks(XrtLibrary::Missing::kVersion, std::string("XRT does not tell its version: ") + error.message);
  }
  return {functions, XrtLibrary::Missing::kNothing, version};
}

}  // namespace tilescribe::npu
