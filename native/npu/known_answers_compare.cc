#include <algorithm>
#include <cmath>

#include "npu/known_answers.h"
#include "npu/step_results.h"

namespace tilescribe::npu {
namespace {

// The furthest of two lists of numbers, in units in the last place of the largest.
double furthest_ulp(const std::vector<float>& answer, const std::vector<float>& result) {
  float largest = 1e-30f;
  double furthest = 0;
  for (size_t i = 0; i < answer.size(); i++) {
    if (!std::isfinite(result[i])) return HUGE_VAL;
    largest = std::max(largest, std::fabs(answer[i]));
    furthest = std::max(furthest, std::fabs(static_cast<double>(answer[i]) - result[i]));
  }
  return furthest / std::ldexp(1.0, std::ilogb(largest) - 23);
}

// Differences of the numbers that are not equal.
int64_t count_apart(const std::vector<tile::KeyValueRow>& answer, const std::vector<tile::KeyValueRow>& result) {
  int64_t apart = 0;
  for (size_t i = 0; i < answer.size(); i++) {
    for (int d = 0; d < tile::kHead; d++) {
      apart += (answer[i].key[d] != result[i].key[d]) + (answer[i].value[d] != result[i].value[d]);
    }
  }
  return apart;
}

double furthest_scale(const std::vector<tile::KeyValueRow>& answer, const std::vector<tile::KeyValueRow>& result) {
  double furthest = 0;
  for (int which = 0; which < 3; which++) {
    std::vector<float> a, b;
    for (const tile::KeyValueRow& row : answer) a.push_back(row.scales[which]);
    for (const tile::KeyValueRow& row : result) b.push_back(row.scales[which]);
    furthest = std::max(furthest, furthest_ulp(a, b));
  }
  return furthest;
}

// Sums of all tiles that are not those of the planes.
int64_t count_wrong_sums(const ProgramPlan& program, const uint8_t* weights, const StepResults& results, int row) {
  alignas(64) int8_t planes[tile::kRows * tile::kWidth] = {};
  int32_t plane_sums[tile::kRows] = {};
  for (int plane = 0; plane < 2; plane++) {
    for (int k = 0; k < tile::kWidth; k++) {
      const int8_t q = results.planes_of(row)[plane * tile::kWidth + k];
      planes[tile::r4k8(plane, k)] = q;
      plane_sums[plane] += q;
    }
  }
  int64_t wrong = 0;
  for (int tile = 0; tile < tile::kTiles; tile++) {
    // Behind the norm: the zero points of both tiles of the pair, then their pages in turn.
    const uint8_t* head = weights + weights_offset(program, tile / 2, program.weights.vocabulary.first_page + 1);
    const auto* zeros = reinterpret_cast<const int32_t*>(head + tile % 2 * tile::kParametersStride);
    for (int page = 0; page < program.vocabulary_pages; page++) {
      alignas(64) int32_t sums[tile::kRows * tile::kPageOutputs];
      vocab_i8_screen_8x512(planes, head + (1 + 2 * page + tile % 2) * tile::kPageBytes, zeros[page / 2], plane_sums,
                            sums);
      const int first = (tile * program.vocabulary_pages + page) * tile::kPageOutputs;
      for (int plane = 0; plane < 2; plane++) {
        for (int n = 0; n < tile::kPageOutputs; n++) {
          wrong += results.sums_of(row)[plane * results.tokens + first + n] != sums[plane * tile::kPageOutputs + n];
        }
      }
    }
  }
  return wrong;
}

}  // namespace

std::vector<KnownPart> compare_known_results(const ProgramPlan& program, const KnownCase& which, const uint8_t* weights,
                                             const uint8_t* answer, const uint8_t* result) {
  StepResults expected, found;
  expected.read(program, which.rows, program.vocabulary_pages, answer);
  found.read(program, which.rows, program.vocabulary_pages, result);
  int64_t wrong = 0;
  int plane_units = 0;
  for (int row = 0; row < which.rows; row++) {
    wrong += count_wrong_sums(program, weights, found, row);
    plane_units = std::max(plane_units, found.plane_units_apart(row));
  }
  const bool is_this_step = found.step == expected.step && found.pages == expected.pages;
  return {{"keys and values", "apart", static_cast<double>(count_apart(expected.keys, found.keys)), 0},
          {"their scales", "ulp", furthest_scale(expected.keys, found.keys), 16},
          {"hidden state", "ulp", furthest_ulp(expected.hidden, found.hidden), 1 << 18},
          {"planes of that hidden state", "apart", static_cast<double>(plane_units), 1},
          {"vocabulary's sums of these planes", "apart", static_cast<double>(wrong), 0},
          {"step and pages", "apart", is_this_step ? 0.0 : 1.0, 0}};
}

}  // namespace tilescribe::npu
