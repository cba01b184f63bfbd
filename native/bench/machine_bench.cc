// What the machine can do, so that the engine's figures have something to be held against: the int8
// multiply-accumulate rate with all operands in registers, the rate at which memory can be read, and the
// rate of the engine's own int8 product at the shapes of Whisper base.
//
//   machine_bench [--threads N] [--repeats N] [--only int8|read|product]
//
// Prints one JSON object: GMAC/s and GB/s (10^9), each the median and the best of the repeats. Threads are
// started for each repeat, wait for each other, and the repeat lasts until the last is done.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "cpu/kernels.h"
#include "machine/limits.h"
#include "test/random.h"

namespace {

using tilescribe::Activations;
using tilescribe::Kernels;
using tilescribe::Rate;

Rate measure_product(const Kernels& kernels, const int (&shape)[3], int repeats) {
  const auto [rows, outputs, inputs] = shape;
  tilescribe::test::Random random(1);
  const auto weights = tilescribe::test::make_weights(random, outputs, inputs);
  const std::vector<int8_t> values(static_cast<size_t>(rows) * static_cast<size_t>(inputs), 3);
  const std::vector<float> scale(static_cast<size_t>(rows), 1.0f);
  const std::vector<int32_t> sum(static_cast<size_t>(rows), 3 * inputs);
  std::vector<float> result(static_cast<size_t>(rows) * static_cast<size_t>(outputs));
  const Activations activations{values.data(), scale.data(), sum.data(), rows, inputs};
  const double macs = static_cast<double>(rows) * outputs * inputs;
  const int loops = std::max(1, static_cast<int>(2e9 / macs));
  return tilescribe::measure_rate(1, repeats, macs * loops, [&](int) {
    for (int loop = 0; loop < loops; loop++) {
      kernels.multiply(activations, weights.view, 0, outputs, false, result.data(), outputs);
    }
  });
}

void print_rate(const char* unit, const Rate& rate, const char* end) {
  std::printf("\"unit\": \"%s\", \"median\": %.2f, \"best\": %.2f}%s", unit, rate.median, rate.best, end);
}

struct Choices {
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  int repeats = 5;
  std::string only;
  const Kernels* kernels = &tilescribe::best_kernels();
};

bool read_choices(int count, char** arguments, Choices* choices) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    const char* value = arguments[i + 1];
    if (name == "--threads") {
      choices->threads = std::atoi(value);
    } else if (name == "--repeats") {
      choices->repeats = std::atoi(value);
    } else if (name == "--only") {
      choices->only = value;
    } else if (name == "--kernels") {
      choices->kernels = tilescribe::find_kernels(value);
    } else {
      return false;
    }
  }
  const std::string& only = choices->only;
  return count % 2 == 1 && choices->kernels != nullptr && choices->threads >= 1 && choices->threads <= 1024 &&
         choices->repeats >= 1 && (only.empty() || only == "int8" || only == "read" || only == "product");
}

}  // namespace

int main(int count, char** arguments) {
  Choices choices;
  if (!read_choices(count, arguments, &choices)) {
    std::fprintf(stderr,
                 "Usage: machine_bench [--threads N] [--repeats N] [--only int8|read|product]\n"
                 "                     [--kernels generic|avx2|avxvnni|avx512vnni]\n");
    return 2;
  }
  const auto wants = [&](const char* part) { return choices.only.empty() || choices.only == part; };
  std::vector<int> thread_counts{1};
  if (choices.threads > 1) thread_counts.push_back(choices.threads);

  std::printf("{\n  \"instructions\": \"%s\",\n  \"int8\": [", tilescribe::int8_instructions());
  const char* comma = "";
  for (const int threads : thread_counts) {
    if (!wants("int8")) break;
    std::printf("%s\n    {\"threads\": %d, ", comma, threads);
    print_rate("GMAC/s", tilescribe::measure_int8(threads, choices.repeats), "");
    comma = ",";
  }
  std::printf("],\n  \"read\": [");
  comma = "";
  for (const int megabytes : {24, 50, 75, 150}) {
    for (const int threads : thread_counts) {
      if (!wants("read")) break;
      std::printf("%s\n    {\"megabytes\": %d, \"threads\": %d, ", comma, megabytes, threads);
      print_rate("GB/s", tilescribe::measure_reading(megabytes, threads, choices.repeats), "");
      comma = ",";
    }
  }
  const Kernels& kernels = *choices.kernels;
  std::printf("],\n  \"kernels\": \"%s\",\n  \"product\": [", kernels.name);
  comma = "";
  // Rows, outputs, inputs: the encoder's matrices and its attention by tiles of 48 rows; the decoder's by one.
  const int shapes[][3] = {{48, 1536, 512}, {48, 512, 512}, {48, 2048, 512}, {48, 512, 2048},
                           {48, 1504, 64},  {96, 64, 1504}, {1, 2048, 512},  {8, 2048, 512}};
  for (const auto& shape : shapes) {
    if (!wants("product")) break;
    std::printf("%s\n    {\"rows\": %d, \"outputs\": %d, \"inputs\": %d, ", comma, shape[0], shape[1], shape[2]);
    print_rate("GMAC/s", measure_product(kernels, shape, choices.repeats), "");
    comma = ",";
  }
  std::printf("]\n}\n");
  return 0;
}
