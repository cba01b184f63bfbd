// The smallest test harness that names what failed: CHECK(condition) and a main that counts.
#pragma once

#include <cstdio>

namespace tilescribe::test {

inline int failures = 0;
inline int checks = 0;

inline bool check(bool holds, const char* text, const char* file, int line) {
  checks++;
  if (!holds) {
    failures++;
    if (failures <= 20) std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, text);
  }
  return holds;
}

inline int finish(const char* name) {
  std::printf("%s: %d checks, %d failed\n", name, checks, failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace tilescribe::test

#define CHECK(condition) ::tilescribe::test::check((condition), #condition, __FILE__, __LINE__)
