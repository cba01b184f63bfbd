// libfake_amdxdna.so: preloaded into a process, it answers the ioctl calls that the kernel's amdxdna driver would
// answer, so that XRT runs unmodified on a machine without an NPU. Everything else goes to the C library.
//
// What it needs beside: /dev/accel/accel0 as a sparse file, and a fake entry in sysfs (test/xrt/enter.sh).
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>

#include <cstdio>
#include <cstdlib>

#include "driver.h"

namespace fake_amdxdna {
namespace {

// Never destroyed: threads of XRT may still call when the process ends.
Driver& driver() {
  static Driver* instance = new Driver();
  return *instance;
}

constexpr unsigned kGemClose = _IOC_NR(DRM_IOCTL_GEM_CLOSE);
constexpr unsigned number(unsigned command) { return DRM_COMMAND_BASE + command; }

int dispatch(unsigned long request, void* argument) {
  const int failed = driver().check();
  if (failed != 0) return failed;
  // By the number alone, as the kernel looks it up: XRT 2.25 calls WAIT_CMD in another direction than the header's.
  switch (_IOC_NR(request)) {
    case kGemClose: return driver().close_buffer(*static_cast<drm_gem_close*>(argument));
    case number(DRM_AMDXDNA_CREATE_BO): return driver().create_buffer(*static_cast<amdxdna_drm_create_bo*>(argument));
    case number(DRM_AMDXDNA_GET_BO_INFO):
      return driver().describe_buffer(*static_cast<amdxdna_drm_get_bo_info*>(argument));
    // The memory of both sides is the same.
    case number(DRM_AMDXDNA_SYNC_BO): return 0;
    case number(DRM_AMDXDNA_CREATE_HWCTX):
      return driver().create_context(*static_cast<amdxdna_drm_create_hwctx*>(argument));
    case number(DRM_AMDXDNA_DESTROY_HWCTX):
      return driver().destroy_context(*static_cast<amdxdna_drm_destroy_hwctx*>(argument));
    case number(DRM_AMDXDNA_CONFIG_HWCTX):
      return driver().configure_context(*static_cast<amdxdna_drm_config_hwctx*>(argument));
    case number(DRM_AMDXDNA_EXEC_CMD): return driver().submit(*static_cast<amdxdna_drm_exec_cmd*>(argument));
    case number(DRM_AMDXDNA_WAIT_CMD): return driver().wait(*static_cast<amdxdna_drm_wait_cmd*>(argument));
    case number(DRM_AMDXDNA_GET_INFO): return driver().query(*static_cast<amdxdna_drm_get_info*>(argument));
    default: return EOPNOTSUPP;
  }
}

}  // namespace
}  // namespace fake_amdxdna

extern "C" __attribute__((visibility("default"))) int ioctl(int file, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (_IOC_TYPE(request) != DRM_IOCTL_BASE) {
    using Ioctl = int (*)(int, unsigned long, ...);
    static const auto original = reinterpret_cast<Ioctl>(dlsym(RTLD_NEXT, "ioctl"));
    return original(file, request, argument);
  }
  const int failed = fake_amdxdna::dispatch(request, argument);
  if (std::getenv("FAKE_AMDXDNA_DEBUG") != nullptr) {
    std::fprintf(stderr, "[fake amdxdna] call %02lx: %d\n", _IOC_NR(request), failed);
  }
  if (failed == 0) return 0;
  errno = failed;
  return -1;
}
