// The kernels by their definitions, in plain row-major arrays, wide integers and double precision. Each is
// written without a look at its kernel, in KERNEL/oracle.cc.
#pragma once

#include <cstdint>

namespace tilescribe::oracle {

// Rows of numbers, `columns` to the row.
template <typename T>
struct Matrix {
  const T* data;
  int rows;
  int columns;
  T at(int r, int c) const { return data[static_cast<int64_t>(r) * columns + c]; }
};

// sums[r][n] = sum over k of a[r][k] * (w[n][k] - zero[n / 16])
void gemv_i8(const Matrix<int8_t>& a, const Matrix<uint8_t>& w, const int32_t* zero, int64_t* sums);

// c[r][n] = sum over k of a[r][k] * w[n][k]
void gemm_i8(const Matrix<int8_t>& a, const Matrix<uint8_t>& w, int64_t* c);

// y[r][n] = sums[r][n] * scale[r] * w_scale[n] + bias[n]
double linear(int64_t sum, float scale, float w_scale, float bias);

void layer_norm(const Matrix<float>& x, const float* gain, const float* bias, double* y);

double gelu(double x);

// The step of a row's numbers, and the quotient that its integer is nearest to.
double quantize_step(const float* x, int columns);

// softmax(query . keys / 8) . values of one head, keys and values given as integers with one scale a position.
struct KeyValues {
  const int8_t* keys;    // [positions][64]
  const int8_t* values;  // [positions][64]
  const float* key_scale;
  const float* value_scale;
  int positions;
};
void attention(const float* query, const KeyValues& memory, double* out);

// The same with the token's own key and value, as float32, at the last of `positions`.
void attention_self(const float* query, const KeyValues& past, const float* key, const float* value, double* out);

// down(GELU(up(x))) without any quantising of what is between; up [inner][width], down [width][inner].
void ffn(const Matrix<double>& x, const Matrix<double>& up, const Matrix<double>& down, double* y);

// The planes' sums: high and low of round(h * 16128 / max|h|) = 127 * high + low with |low| <= 63.
void vocab_planes(const float* hidden, int width, int* high, int* low);
int64_t vocab_sum(const int* plane, const uint8_t* token, int zero, int width);

}  // namespace tilescribe::oracle
