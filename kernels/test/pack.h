// Test data in the kernels' layouts and in those of native/cpu, from the same plain arrays.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "cpu/kernels.h"
#include "kernels/kernels.h"
#include "test/random.h"

namespace tilescribe::tile::test {

using tilescribe::test::Random;

// Memory as a tile's: pages aligned to 64 bytes.
struct alignas(64) Page {
  uint8_t bytes[kPageBytes];
  float* floats() { return reinterpret_cast<float*>(bytes); }
  int8_t* signed_bytes() { return reinterpret_cast<int8_t*>(bytes); }
};

// An array of `count` numbers aligned to 64 bytes.
template <typename T>
class Aligned {
 public:
  explicit Aligned(size_t count) : bytes_(count * sizeof(T) + 64, 0) {}
  T* data() {
    const uintptr_t at = reinterpret_cast<uintptr_t>(bytes_.data());
    return reinterpret_cast<T*>(bytes_.data() + (64 - at % 64) % 64);
  }
  T& operator[](size_t i) { return data()[i]; }

 private:
  std::vector<uint8_t> bytes_;
};

inline const Kernels& generic() { return *find_kernels("generic"); }

// How far `y` is from `exact`, in units of the last place of a float32 of size `size`.
inline double ulps(double y, double exact, double size) {
  int exponent;
  std::frexp(std::fmax(std::fabs(size), 1e-37), &exponent);
  return std::fabs(y - exact) / std::ldexp(1.0, exponent - 24);
}

inline bool same(const void* a, const void* b, size_t bytes) { return std::memcmp(a, b, bytes) == 0; }

// Plain weights [outputs][inputs] with what belongs to them.
struct Linear {
  int outputs;
  int inputs;
  std::vector<uint8_t> w;
  std::vector<float> scale;
  std::vector<float> bias;
  std::vector<int32_t> zero;  // one for 16 outputs

  Linear(Random& random, int outputs_, int inputs_) : outputs(outputs_), inputs(inputs_) {
    for (int i = 0; i < outputs * inputs; i++) w.push_back(static_cast<uint8_t>(random.between(0, 255)));
    for (int n = 0; n < outputs; n++) {
      scale.push_back(0.001f + 0.0005f * random.signed_unit());
      bias.push_back(random.signed_unit());
      if (n % 16 == 0) zero.push_back(random.between(0, 255));
    }
  }

  // Pages of eight outputs: all pages of the first eight, those of the next, ...
  std::vector<Page> pages() const {
    std::vector<Page> all(static_cast<size_t>(outputs / kPageOutputs * (inputs / kPageInputs)));
    for (int n = 0; n < outputs; n++) {
      for (int k = 0; k < inputs; k++) {
        const int page = n / kPageOutputs * (inputs / kPageInputs) + k / kPageInputs;
        all[static_cast<size_t>(page)].bytes[k8n8(n % kPageOutputs, k % kPageInputs)] =
            w[static_cast<size_t>(n * inputs + k)];
      }
    }
    return all;
  }
};

// The same as native/cpu's Weights; valid while `linear` is.
struct Packed {
  std::vector<uint8_t> q;
  std::vector<int32_t> zero;
  Weights view;

  Packed(const Linear& linear, bool has_bias) : q(linear.w.size()) {
    for (int n = 0; n < linear.outputs; n++) {
      zero.push_back(linear.zero[static_cast<size_t>(n / 16)]);
      for (int k = 0; k < linear.inputs; k++) {
        q[static_cast<size_t>((n / 16) * 16 * linear.inputs + (k / 4) * 64 + n % 16 * 4 + k % 4)] =
            linear.w[static_cast<size_t>(n * linear.inputs + k)];
      }
    }
    view = {
        q.data(),      linear.scale.data(),        zero.data(), has_bias ? linear.bias.data() : nullptr, linear.outputs,
        linear.inputs, int64_t{16} * linear.inputs};
  }
};

// Quantised rows, plain and in r4k8.
struct Rows {
  int rows;
  int columns;
  std::vector<int8_t> plain;
  Aligned<int8_t> q;
  float scale[kRows] = {};
  int32_t sum[kRows] = {};

  template <typename Make>
  Rows(int rows_, int columns_, const Make& make)
      : rows(rows_),
        columns(columns_),
        plain(static_cast<size_t>(rows_ * columns_)),
        q(static_cast<size_t>(kRows) * columns_) {
    for (int r = 0; r < rows; r++) {
      scale[r] = 0.01f + 0.003f * static_cast<float>(r);
      for (int k = 0; k < columns; k++) {
        const int8_t value = static_cast<int8_t>(make(r, k));
        plain[static_cast<size_t>(r * columns + k)] = value;
        q[static_cast<size_t>(r4k8(r, k))] = value;
        sum[r] += value;
      }
    }
  }
  Activations view() const { return {plain.data(), scale, sum, rows, columns}; }
};

}  // namespace tilescribe::tile::test
