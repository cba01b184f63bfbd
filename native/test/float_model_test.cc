// The full-precision model of the evaluation against the same network in double precision, on random weights: encoder,
// decoder however its tokens are cut into calls, logits, alignment; and its products, of every shape of remainder.
#include "reference/float_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "reference/float_alignment.h"
#include "test/check.h"
#include "test/model_fixture.h"
#include "test/random.h"
#include "test/reference_model.h"

namespace {

using tilescribe::AlignmentHead;
using tilescribe::kHeadWidth;
using tilescribe::reference::FloatModel;
using tilescribe::reference::FloatRows;
using tilescribe::reference::FloatTensors;
using tilescribe::reference::FloatText;
using tilescribe::reference::FloatWindow;
using tilescribe::test::Distance;
using tilescribe::test::FixtureSizes;
using tilescribe::test::make_mel;
using tilescribe::test::measure;
using tilescribe::test::ModelFixture;
using tilescribe::test::PackedTensor;
using tilescribe::test::Random;
using tilescribe::test::ReferenceModel;
using tilescribe::test::Rows;

// Rounding of float32, 6e-8, as it adds up over two layers.
constexpr double kRelative = 1e-6;

FloatTensors tensors_of(const ModelFixture& fixture) {
  FloatTensors tensors;
  for (const PackedTensor& tensor : fixture.package().tensors) {
    const std::string stem = tensor.name.substr(0, tensor.name.rfind('.'));
    if (tensor.dtype != "U8") continue;
    tensors[stem + ".weight"] = fixture.matrix(stem).weights;
    tensors[stem + ".bias"] = fixture.matrix(stem).bias;
  }
  for (const PackedTensor& tensor : fixture.package().tensors) {
    const std::string stem = tensor.name.substr(0, tensor.name.rfind('.'));
    const bool is_of_matrix = tensors.count(stem + ".weight") > 0 && tensors.count(tensor.name) > 0;
    const bool is_number = tensor.dtype == "F32" && tensor.name != stem + ".scale";
    if (is_number && !is_of_matrix) tensors[tensor.name] = fixture.floats(tensor.name);
  }
  return tensors;
}

std::vector<int> make_tokens(const ModelFixture& fixture, Random& random, int count) {
  std::vector<int> tokens;
  for (int i = 0; i < count; i++) tokens.push_back(random.between(0, fixture.config().vocabulary - 1));
  return tokens;
}

Rows to_double(const FloatRows& x) {
  Rows y(x.count, x.width);
  std::copy(x.values.begin(), x.values.end(), y.values.begin());
  return y;
}

bool is_near(const FloatRows& x, const Rows& exact) {
  const Distance distance = measure(x.values, exact);
  std::printf("relative %.1e, lowest cosine %.9f\n", distance.relative, distance.lowest_cosine);
  return distance.relative < kRelative && distance.lowest_cosine > 1 - kRelative;
}

void test_products(Random& random) {
  for (int rows = 1; rows <= 100; rows += rows < 8 ? 1 : 23) {
    for (int outputs = 1; outputs <= 9; outputs++) {
      const int inputs = 8 * random.between(1, 5);
      const int stride = inputs + random.between(0, 3);
      std::vector<float> x(static_cast<size_t>(rows * stride)), w(static_cast<size_t>(outputs * stride));
      std::vector<float> bias(static_cast<size_t>(outputs)), y(static_cast<size_t>(rows * (outputs + 1)), 7.0f);
      for (auto* values : {&x, &w, &bias}) {
        for (float& value : *values) value = random.signed_unit();
      }
      const bool has_bias = random.between(0, 1) == 1;
      tilescribe::reference::multiply({x.data(), rows, stride}, {w.data(), outputs, stride}, inputs,
                                      has_bias ? bias.data() : nullptr, y.data(), outputs + 1);
      for (int r = 0; r < rows; r++) {
        const float* row = y.data() + r * (outputs + 1);
        for (int n = 0; n < outputs; n++) {
          double sum = has_bias ? bias[static_cast<size_t>(n)] : 0;
          for (int k = 0; k < inputs; k++) {
            sum += static_cast<double>(x[static_cast<size_t>(r * stride + k)]) * w[static_cast<size_t>(n * stride + k)];
          }
          CHECK(std::abs(row[n] - sum) < 4e-6);
        }
        CHECK(row[outputs] == 7.0f);
      }
    }
  }
}

void test_encoder(const FloatModel& model, const ReferenceModel& reference, Random& random) {
  const std::vector<float> mel = make_mel(random);
  for (int positions : {1, 7, 50}) {
    CHECK(is_near(model.encode(mel.data(), positions), reference.encode(mel.data(), positions)));
  }
}

void test_decoder(const FloatModel& model, const ModelFixture& fixture, const ReferenceModel& reference,
                  Random& random) {
  const FloatRows audio = model.encode(make_mel(random).data(), 43);
  const FloatWindow window = model.remember(audio);
  const std::vector<int> tokens = make_tokens(fixture, random, 37);
  const Rows exact = reference.decode(to_double(audio), tokens);
  for (int most : {37, 10, 1}) {
    FloatText text = model.begin_text();
    FloatRows hidden(0, audio.width);
    for (auto next = tokens.begin(); next < tokens.end(); next += most) {
      const auto end = std::min(next + most, tokens.end());
      const FloatRows rows = model.decode(window, &text, std::vector<int>(next, end));
      hidden.values.insert(hidden.values.end(), rows.values.begin(), rows.values.end());
      hidden.count += rows.count;
    }
    CHECK(text.front().length == 37);
    CHECK(is_near(hidden, exact));
  }

  // A copied text goes its own way and leaves the first as it was.
  FloatText first = model.begin_text();
  model.decode(window, &first, tokens);
  FloatText second = first;
  const std::vector<int> one = {5}, other = {6};
  std::vector<int> whole = tokens;
  whole.push_back(6);
  model.decode(window, &first, one);
  const FloatRows last = model.decode(window, &second, other);
  Rows expected(1, audio.width);
  const Rows all = reference.decode(to_double(audio), whole);
  std::copy_n(all.row(37), audio.width, expected.row(0));
  CHECK(is_near(last, expected));

  std::vector<float> logits(static_cast<size_t>(fixture.config().vocabulary));
  model.project(last.row(0), logits.data());
  const tilescribe::test::Matrix& vocabulary = fixture.matrix("decoder.tokens");
  for (int n = 0; n < vocabulary.outputs; n++) {
    double sum = 0;
    for (int i = 0; i < audio.width; i++) {
      sum += expected.row(0)[i] * vocabulary.weights[static_cast<size_t>(n * audio.width + i)];
    }
    CHECK(std::abs(logits[static_cast<size_t>(n)] - sum) < 2e-5);
  }
}

// Made by hand: mean 0 and deviation 1 over the tokens of each position, then the median of seven, mirrored.
void test_alignment_by_hand() {
  FloatRows head(2, 8);
  head.values = {2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 5, 5, 5, 5, 1};
  const FloatRows scores = tilescribe::reference::score_alignment({head}, 1);
  CHECK(scores.count == 1 && scores.width == 8);
  CHECK((scores.values == std::vector<float>{-1, -1, -1, 1, 1, 1, 1, 1}));
  // Of three positions there is no median; a position that is the same for all tokens says nothing.
  FloatRows few(2, 3);
  few.values = {2, 2, 2, 1, 2, 9};
  FloatRows opposite(2, 3);
  opposite.values = {2, 1, 2, 9, 2, 9};
  CHECK((tilescribe::reference::score_alignment({few}, 0).values == std::vector<float>{1, 0, -1, -1, 0, 1}));
  CHECK((tilescribe::reference::score_alignment({few, opposite}, 1).values == std::vector<float>{0, 0.5f, 1}));
}

// A head's weights are those of softmax over the positions with sound, whatever lies behind.
void test_alignment(const FloatModel& model, const ModelFixture& fixture, Random& random) {
  const FloatWindow window = model.remember(model.encode(make_mel(random).data(), 40));
  const std::vector<int> tokens = make_tokens(fixture, random, 9);
  const std::vector<AlignmentHead> heads = {{0, 1}, {1, 0}};
  const FloatRows scores = model.align(window, tokens, 2, 30, heads);
  CHECK(scores.count == 7 && scores.width == 30);
  FloatText text = model.begin_text();
  std::vector<tilescribe::reference::CrossWeights> watched = {{heads[0], 30, {}}, {heads[1], 30, {}}};
  model.decode(window, &text, tokens, &watched);
  for (const auto& cross : watched) {
    CHECK(cross.rows.count == 9 && cross.rows.width == 30);
    for (int t = 0; t < 9; t++) {
      double sum = 0;
      for (int i = 0; i < 30; i++) sum += cross.rows.row(t)[i];
      CHECK(std::abs(sum - 1) < 1e-6);
    }
  }
  const FloatRows expected = tilescribe::reference::score_alignment({watched[0].rows, watched[1].rows}, 2);
  CHECK(scores.values == expected.values);
}

void test_missing_tensors(const ModelFixture& fixture) {
  std::unique_ptr<FloatModel> model;
  FloatTensors tensors = tensors_of(fixture);
  tensors["decoder.norm.bias"].pop_back();
  const tilescribe::Status status = FloatModel::make(fixture.config(), tensors, &model);
  CHECK(!status.ok() && model == nullptr && status.message().find("decoder.norm.bias") != std::string::npos);
}

}  // namespace

int main() {
  if (!tilescribe::reference::can_multiply()) {
    std::printf("left out: this CPU has no AVX2\n");
    return tilescribe::test::finish("float_model");
  }
  const ModelFixture fixture(FixtureSizes{});
  std::unique_ptr<FloatModel> model;
  if (!CHECK(FloatModel::make(fixture.config(), tensors_of(fixture), &model).ok())) return 1;
  const ReferenceModel reference(fixture);
  Random random(11);
  test_products(random);
  test_encoder(*model, reference, random);
  test_decoder(*model, fixture, reference, random);
  test_alignment_by_hand();
  test_alignment(*model, fixture, random);
  test_missing_tensors(fixture);
  return tilescribe::test::finish("float_model");
}
