// The inputs of the known-answer cases: made from a seed, the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace tilescribe::tile {

struct alignas(64) CasePage {
  uint8_t bytes[kPageBytes];
};

// A piece of the output page, and how far it may be from the answer on the NPU.
struct CasePart {
  const char* type;  // "i8", "i32", "f32"
  int offset;        // bytes
  int count;
  // Integers: the largest difference. f32: units in the last place of the part's largest number.
  double tolerance;
};

struct Case {
  const char* name;
  uint64_t seed;
  void (*run)(uint8_t* page, int index, uint8_t* state, uint8_t* out);
  std::vector<CasePage> (*make)(uint64_t seed);
  std::vector<CasePart> parts;
};

const std::vector<Case>& cases();

// The output page of a case, by the kernels of this build.
CasePage answer(const Case& which, std::vector<CasePage> pages);

}  // namespace tilescribe::tile
