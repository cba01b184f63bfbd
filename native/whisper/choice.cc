#include "whisper/choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilescribe {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

double log_sum_exp(const Kernels& kernels, const float* logits, int begin, int end) {
  const float largest = kernels.maximum(logits + begin, end - begin);
  if (largest == kNever) return kNever;
  return largest + std::log(static_cast<double>(kernels.sum_exponentials(logits + begin, end - begin, largest)));
}

void apply_rule(const Kernels& kernels, const TokenRule& rule, int vocabulary, float* logits) {
  const uint8_t* suppressed = rule.suppressed->data();
  // Without a branch, so that the compiler uses vectors.
  for (int id = 0; id < vocabulary; id++) logits[id] = suppressed[id] == 1 ? kNever : logits[id];
  for (const auto& [from, to] : rule.barred) std::fill(logits + from, logits + to, kNever);
  if (rule.timestamp_begin < 0) return;
  const double timestamps = log_sum_exp(kernels, logits, rule.timestamp_begin, vocabulary);
  if (timestamps > kernels.maximum(logits, rule.timestamp_begin)) {
    std::fill(logits, logits + rule.timestamp_begin, kNever);
  }
}

// A row of logits with the maximum of each block, so that a search passes over most of it.
class Row {
 public:
  static constexpr int kBlock = 128;

  Row(const Kernels& kernels, const float* logits, int vocabulary) : logits_(logits), vocabulary_(vocabulary) {
    for (int begin = 0; begin < vocabulary; begin += kBlock) {
      maxima_.push_back(kernels.maximum(logits + begin, std::min(kBlock, vocabulary - begin)));
    }
  }

  // visit(id) for all whose logit is at least `threshold()`, asked again for each block, and not barred.
  template <typename Threshold, typename Visit>
  void visit(Threshold threshold, Visit visit) const {
    for (size_t block = 0; block < maxima_.size(); block++) {
      if (!(maxima_[block] > kNever) || maxima_[block] < threshold()) continue;
      const int begin = static_cast<int>(block) * kBlock;
      const int end = std::min(begin + kBlock, vocabulary_);
      for (int id = begin; id < end; id++) {
        if (logits_[id] > kNever && logits_[id] >= threshold()) visit(id);
      }
    }
  }

 private:
  const float* logits_;
  int vocabulary_;
  std::vector<float> maxima_;
};

// The `count` best by logit, ties to the lower id, best first.
std::vector<int> find_best(const Row& row, const float* logits, size_t count) {
  std::vector<int> best;
  const auto threshold = [&] { return best.size() < count ? kNever : logits[best.back()]; };
  row.visit(threshold, [&](int id) {
    if (best.size() == count && logits[id] <= logits[best.back()]) return;
    auto place = best.end();
    while (place != best.begin() && logits[*(place - 1)] < logits[id]) --place;
    best.insert(place, id);
    if (best.size() > count) best.pop_back();
  });
  return best;
}

// Every token that may belong among the best, by exact logit.
std::vector<std::pair<double, int>> rescore(const Decoder& decoder, int index, const Row& row, const float* logits,
                                            const std::vector<int>& best) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int id : best) lowest = std::min(lowest, logits[id] - decoder.error(index, id));
  // No error is larger than this, so that most tokens are passed over by one comparison.
  const double passed_over = lowest - decoder.largest_error(index);
  std::vector<std::pair<double, int>> exact;
  row.visit([&] { return passed_over; },
            [&](int id) {
              if (logits[id] + decoder.error(index, id) >= lowest)
                exact.emplace_back(decoder.exact_logit(index, id), id);
            });
  std::sort(exact.begin(), exact.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  return exact;
}

// Inverse of the cumulative distribution of softmax(logits / temperature) at each uniform: blocks are passed
// over by their float32 sums, so that exponentials are computed one by one only in the block that is hit.
// `likeliest` is the token of the largest logit.
std::vector<int> draw(const Kernels& kernels, const float* logits, int vocabulary, int likeliest,
                      const TokenRule& rule) {
  // The kernel's exponential of minus infinity is 1e-38, not 0; tokens as unlikely as this are never drawn.
  constexpr float kNoWeight = 1e-30f;
  std::vector<float> scaled(static_cast<size_t>(vocabulary));
  const float divisor = static_cast<float>(rule.temperature);
  for (size_t id = 0; id < scaled.size(); id++) scaled[id] = (logits[id] - logits[likeliest]) / divisor;
  std::vector<float> sums;
  double total = 0;
  for (int begin = 0; begin < vocabulary; begin += Row::kBlock) {
    sums.push_back(kernels.sum_exponentials(scaled.data() + begin, std::min(Row::kBlock, vocabulary - begin), 0));
    total += sums.back();
  }
  std::vector<int> drawn;
  for (double uniform : rule.uniforms) {
    double left = uniform * total;
    // Where rounding leads past the end, it is the last of those with weight.
    size_t block = static_cast<size_t>(likeliest / Row::kBlock);
    for (size_t i = 0; i < sums.size(); i++) {
      if (!(sums[i] > kNoWeight)) continue;
      block = i;
      if (left < sums[i]) break;
      left -= sums[i];
    }
    int token = likeliest;
    const size_t end = std::min((block + 1) * Row::kBlock, scaled.size());
    for (size_t id = block * Row::kBlock; id < end; id++) {
      const double weight = std::exp(static_cast<double>(scaled[id]));
      if (!(weight > kNoWeight)) continue;
      token = static_cast<int>(id);
      left -= weight;
      if (left < 0) break;
    }
    drawn.push_back(token);
  }
  return drawn;
}

}  // namespace

TokenChoice choose_token(Decoder& decoder, const Kernels& kernels, int vocabulary, int index, const TokenRule& rule) {
  float* logits = decoder.logits(index);
  apply_rule(kernels, rule, vocabulary, logits);
  const Row row(kernels, logits, vocabulary);
  TokenChoice choice;
  const std::vector<int> best = find_best(row, logits, static_cast<size_t>(rule.top));
  if (best.empty()) return choice;
  const double sum = log_sum_exp(kernels, logits, 0, vocabulary);
  for (const auto& [exact, id] : rescore(decoder, index, row, logits, best)) {
    if (choice.top.size() == best.size()) break;
    choice.top.push_back({id, std::min(0.0, exact - sum)});
  }
  if (!rule.uniforms.empty()) {
    for (int id : draw(kernels, logits, vocabulary, best.front(), rule)) {
      choice.sampled.push_back({id, std::min(0.0, logits[id] - sum)});
    }
  }
  return choice;
}

double token_probability(Decoder& decoder, const Kernels& kernels, int vocabulary, int row, int token) {
  const float* logits = decoder.logits(row);
  return std::exp(logits[token] - log_sum_exp(kernels, logits, 0, vocabulary));
}

}  // namespace tilescribe
