// The known answers of the decoder's step: what they say of the emulator's own results, and of results and weights in
// which one bit is another.
#include "npu/known_answers.h"

#include <cmath>
#include <cstring>
#include <map>
#include <memory>

#include "base/memory.h"
#include "test/check.h"

namespace {

using namespace tilescribe;
using namespace tilescribe::npu;

// Two layers and some tokens, for speed; the sizes of "base" are run by kernels/verify's own test.
constexpr Config kSmall{tile::kWidth, tile::kHeads, 2, 2, tile::kTextPositions, 1600};

struct Bench {
  explicit Bench(const KnownCase& known) : which(known), program(make_program(kSmall, 64)) {
    for (size_t i = 0; i < host.size(); i++) {
      memory[i] = std::make_unique<Memory>(program.argument_bytes[i]);
      host[i] = {memory[i]->data(), program.argument_bytes[i]};
    }
    make_known_inputs(program, which, host);
  }
  HostBuffer& operator[](Argument argument) { return host[static_cast<size_t>(argument)]; }

  std::vector<uint8_t> run() {
    CHECK(answer_known_case(program, which, host).empty());
    const HostBuffer& results = (*this)[Argument::kResults];
    return std::vector<uint8_t>(results.data, results.data + results.bytes);
  }
  // What each part says of results that came of these weights, where the right ones are `good`.
  std::map<std::string, KnownPart> judge(const std::vector<uint8_t>& answer, const std::vector<uint8_t>& result) {
    Memory good(program.argument_bytes[0]);
    std::array<HostBuffer, kArguments> inputs = host;
    inputs[0].data = good.data();
    make_known_inputs(program, which, inputs);
    std::map<std::string, KnownPart> parts;
    for (const KnownPart& part : compare_known_results(program, which, good.data(), answer.data(), result.data())) {
      parts.emplace(part.name, part);
    }
    return parts;
  }

  KnownCase which;
  ProgramPlan program;
  std::array<std::unique_ptr<Memory>, kArguments> memory;
  std::array<HostBuffer, kArguments> host;
};

bool is_all_good(const std::map<std::string, KnownPart>& parts) {
  bool all = parts.size() == 6;
  for (const auto& [name, part] : parts) all = all && part.is_good();
  return all;
}

void test_same(const KnownCase& known) {
  Bench bench(known);
  const std::vector<uint8_t> answer = bench.run();
  for (const auto& [name, part] : bench.judge(answer, bench.run())) CHECK(part.furthest == 0);
  // That something was computed.
  tile::KeyValueRow row;
  std::memcpy(&row, answer.data(), sizeof row);
  CHECK(row.key[0] == 127 && row.value[0] == 127);
  // The grid is the quantisation's own, so that no number lies near the border of two integers.
  CHECK(std::fabs(row.scales[0] * 32 - 1) < 1e-6f && std::fabs(row.scales[2] / 32 - 1) < 1e-6f);
  // A run that left nothing is told by its step.
  const std::vector<uint8_t> nothing(answer.size(), 0);
  CHECK(!bench.judge(answer, nothing).at("step and pages").is_good());
}

// A bit of the weights is another one.
void test_weights(const KnownCase& known) {
  Bench bench(known);
  const std::vector<uint8_t> answer = bench.run();
  HostBuffer& weights = bench[Argument::kWeights];
  const auto with_flipped = [&](int pair, int page, int byte) {
    uint8_t& changed = weights.data[weights_offset(bench.program, pair, page) + static_cast<uint64_t>(byte)];
    changed ^= 0x80;
    const auto parts = bench.judge(answer, bench.run());
    changed ^= 0x80;
    return parts;
  };
  // Behind the norm and the matrix's parameters: the tiles of the pair in turn. A key is of output 64 to 127 of the
  // head's 192, of which the lower tile has 96.
  constexpr int kFirst = 2;
  const int key_page = kFirst + 2 * (64 / tile::kPageOutputs);
  CHECK(!with_flipped(3, key_page, 8 * 17).at("keys and values").is_good());
  const int value_page = kFirst + 1 + 2 * ((160 - 96) / tile::kPageOutputs);
  CHECK(!with_flipped(0, value_page, 8 * 400 + 3).at("keys and values").is_good());
  // The first page of the last pair's vocabulary, of the upper tile.
  const int vocabulary = bench.program.weights.vocabulary.first_page + 2 + 1;
  const auto parts = with_flipped(7, vocabulary, 1234);
  CHECK(!parts.at("vocabulary's sums of these planes").is_good());
  CHECK(parts.at("keys and values").furthest == 0 && parts.at("hidden state").furthest == 0);
  // Anything else moves the hidden state, for the emulator's judge too.
  const int out_page = bench.program.weights.segments[1].first_page + 1;
  CHECK(with_flipped(2, out_page, 77).at("hidden state").furthest > 0);
}

// A bit of the results is another one.
void test_results(const KnownCase& known) {
  Bench bench(known);
  const std::vector<uint8_t> answer = bench.run();
  const auto with_flipped = [&](size_t byte, uint8_t bit) {
    std::vector<uint8_t> result = answer;
    result[byte] ^= bit;
    return bench.judge(answer, result);
  };
  const size_t pair = results_offset(bench.program, 5);
  const size_t layers = static_cast<size_t>(bench.program.config.decoder_layers);
  CHECK(!with_flipped(pair + tile::kChunkBytes, 1).at("keys and values").is_good());
  CHECK(is_all_good(with_flipped(pair + layers * tile::kChunkBytes, 1)));
  // The exponent of a hidden column, and what is no number.
  CHECK(!with_flipped(pair + layers * tile::kChunkBytes + 3, 0x20).at("hidden state").is_good());
  CHECK(!with_flipped(pair + (layers + 1) * tile::kChunkBytes, 1).at("vocabulary's sums of these planes").is_good());
}

}  // namespace

int main() {
  for (const KnownCase& known : kKnownCases) {
    test_same(known);
    test_weights(known);
    test_results(known);
  }
  return tilescribe::test::finish("npu_known_answers");
}
