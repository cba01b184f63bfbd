// Known answers of the whole decoder step: weights, a window, texts and rows made from a seed, of the sizes of the
// design, and what every number of the results may be apart from the emulator's. kernels/verify runs them on the NPU,
// and so does the app before it lets an NPU decode.
//
// What must be equal, and why it can be: the gains of the layers' norms are 0, so that their outputs are their biases,
// which lie on the grid of the quantisation; and the biases of keys and values put their outputs on a grid. So no
// rounding of float32 on the silicon reaches the int8 keys and values: they come from integers alone. The sums of the
// vocabulary must be those of the planes that came with them. Bounded are the scales, the hidden state, which has all
// attention and feed-forward in it, and the planes against that hidden state.
//
// Nothing of it is patched: slot 0 of texts and windows, a text of one position, a whole window, all of the vocabulary.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "npu/machine.h"
#include "npu/program.h"

namespace tilescribe::npu {

struct KnownCase {
  int rows;
  int runs;
  uint64_t seed;
};
inline constexpr KnownCase kKnownCases[] = {{1, 1, 201}, {4, 4, 202}};

// As the design's sequence and the manifest's: "rows1_runs1".
std::string name_of(const KnownCase& which);

// Writes what the case reads: all weights but the sparse vocabulary's, slot 0 of windows and texts, the step.
void make_known_inputs(const ProgramPlan& program, const KnownCase& which,
                       const std::array<HostBuffer, kArguments>& buffers);

// The results of the emulator over these buffers, in the last of them. Why it did not come to an end, or empty.
std::string answer_known_case(const ProgramPlan& program, const KnownCase& which,
                              const std::array<HostBuffer, kArguments>& buffers);

struct KnownPart {
  const char* name;
  // Of "ulp" units in the last place of the part's largest number, of "apart" the numbers that differ or their
  // largest difference.
  const char* unit;
  double furthest;
  double allowed;
  bool is_good() const { return furthest <= allowed; }
};
// `weights` as make_known_inputs wrote them.
std::vector<KnownPart> compare_known_results(const ProgramPlan& program, const KnownCase& which, const uint8_t* weights,
                                             const uint8_t* answer, const uint8_t* result);

}  // namespace tilescribe::npu
