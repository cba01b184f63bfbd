// Chooses the kernels for the CPU that runs.
#include <cstring>

#include "cpu/kernels.h"

namespace tilescribe {

namespace generic {
extern const Kernels kKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512vnni {
extern const Kernels kKernels;
}
#endif

namespace {

bool can_run(const char* name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (std::strcmp(name, "avx2") == 0) {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  }
  if (std::strcmp(name, "avx512vnni") == 0) {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("avx512vnni") != 0;
  }
#endif
  return std::strcmp(name, "generic") == 0;
}

constexpr const Kernels* kAll[] = {
#if defined(__x86_64__)
    &avx512vnni::kKernels,
    &avx2::kKernels,
#endif
    &generic::kKernels,
};

}  // namespace

const Kernels* find_kernels(const char* name) {
  for (const Kernels* kernels : kAll) {
    if (std::strcmp(kernels->name, name) == 0 && can_run(name)) return kernels;
  }
  return nullptr;
}

const Kernels& best_kernels() {
  for (const Kernels* kernels : kAll) {
    if (can_run(kernels->name)) return *kernels;
  }
  return generic::kKernels;
}

}  // namespace tilescribe
