// What several tests share: the kernels that this CPU runs, and equality of bits.
#pragma once

#include <cstdio>
#include <cstring>
#include <vector>

#include "cpu/kernels.h"

namespace tilescribe::test {

inline std::vector<const Kernels*> runnable() {
  std::vector<const Kernels*> all;
  for (const char* name : {"generic", "avx2", "avxvnni", "avx512vnni"}) {
    const Kernels* kernels = find_kernels(name);
    if (kernels == nullptr) {
      std::printf("left out: this CPU does not run %s\n", name);
    } else {
      all.push_back(kernels);
    }
  }
  return all;
}

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace tilescribe::test
