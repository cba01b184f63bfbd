// Chooses the kernels for the CPU that runs.
#if defined(__x86_64__)
#include <cpuid.h>
#endif

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
#if defined(TILESCRIBE_AVXVNNI)
namespace avxvnni {
extern const Kernels kKernels;
}
#endif
namespace avx512vnni {
extern const Kernels kKernels;
}
#endif

namespace {

#if defined(__x86_64__)
// Intel's manual, volume 2A, CPUID: leaf 7, subleaf 1, EAX bit 4. Not every compiler that knows the instructions knows
// this name of a feature.
bool has_avxvnni() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 4 & 1) != 0;
}
#endif

bool can_run(const char* name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (std::strcmp(name, "avx2") == 0) {
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  }
  if (std::strcmp(name, "avxvnni") == 0) return can_run("avx2") && has_avxvnni();
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
#if defined(TILESCRIBE_AVXVNNI)
    &avxvnni::kKernels,
#endif
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
