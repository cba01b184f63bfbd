#include "reference/float_alignment.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tilescribe::reference {
namespace {

// medfilt_width, 7, is twice this and one.
constexpr int kMedianReach = 3;

// A column of equal values becomes 0.
void standardize(FloatRows* x) {
  for (int c = 0; c < x->width; c++) {
    double mean = 0;
    double variance = 0;
    for (int r = 0; r < x->count; r++) mean += x->row(r)[c];
    mean /= x->count;
    for (int r = 0; r < x->count; r++) variance += (x->row(r)[c] - mean) * (x->row(r)[c] - mean);
    const double deviation = std::sqrt(variance / x->count);
    for (int r = 0; r < x->count; r++) {
      x->row(r)[c] = deviation > 0 ? static_cast<float>((x->row(r)[c] - mean) / deviation) : 0.0f;
    }
  }
}

// Mirrored at both ends without repeating the end itself (torch's "reflect").
int mirror(int index, int count) {
  const int inside = std::abs(index);
  return inside < count ? inside : 2 * (count - 1) - inside;
}

void filter_median(FloatRows* x) {
  if (x->width <= kMedianReach) return;
  for (int r = 0; r < x->count; r++) {
    const std::vector<float> row(x->row(r), x->row(r) + x->width);
    for (int c = 0; c < x->width; c++) {
      float near[2 * kMedianReach + 1];
      for (int i = -kMedianReach; i <= kMedianReach; i++) {
        near[i + kMedianReach] = row[static_cast<size_t>(mirror(c + i, x->width))];
      }
      std::nth_element(near, near + kMedianReach, near + 2 * kMedianReach + 1);
      x->row(r)[c] = near[kMedianReach];
    }
  }
}

}  // namespace

FloatRows score_alignment(std::vector<FloatRows> heads, int first_row) {
  FloatRows scores(heads.front().count - first_row, heads.front().width);
  for (FloatRows& head : heads) {
    standardize(&head);
    filter_median(&head);
    for (int r = 0; r < scores.count; r++) {
      const float* from = head.row(first_row + r);
      for (int c = 0; c < scores.width; c++) scores.row(r)[c] += from[c] / static_cast<float>(heads.size());
    }
  }
  return scores;
}

}  // namespace tilescribe::reference
