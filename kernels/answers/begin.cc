// What a tile does before a case's first page.
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

extern "C" void case_begin(uint8_t* state, uint8_t* out) {
  for (int i = 0; i < tilescribe::tile::kCaseStateBytes / 4; i++) reinterpret_cast<int32_t*>(state)[i] = 0;
  for (int i = 0; i < tilescribe::tile::kPageBytes / 4; i++) reinterpret_cast<int32_t*>(out)[i] = 0;
}
