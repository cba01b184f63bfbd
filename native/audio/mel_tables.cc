#include "audio/mel_tables.h"

#include <algorithm>
#include <cmath>

namespace tilescribe {
namespace {

// Everything is computed in long double and rounded once: the C library has other code for double on CPUs
// with fused multiply-add, and the tables, too, shall have the same bits on all.
using Real = long double;

constexpr Real kPi = 3.14159265358979323846264338327950288L;
constexpr Real kSampleRateHz = 16000;

void set_turn(int numerator, int denominator, double* turn) {
  const Real angle = -2 * kPi * (numerator % denominator) / denominator;
  turn[0] = static_cast<double>(std::cos(angle));
  turn[1] = static_cast<double>(std::sin(angle));
}

void set_turns(MelTables* tables) {
  for (int p = 1; p < 5; p++) {
    for (int j = 0; j < 40; j++) set_turn(j * p, 200, tables->turns200[j][p - 1]);
    for (int j = 0; j < 8; j++) set_turn(j * p, 40, tables->turns40[j][p - 1]);
  }
  for (int k = 0; k <= 100; k++) set_turn(k, 400, tables->turns400[k]);
  // The digits of k in the radices 5, 5, 8, reversed.
  for (int k = 0; k < kTransform; k++) tables->place[k] = static_cast<uint8_t>(k % 5 * 40 + k / 5 % 5 * 8 + k / 25);
}

// Slaney's mel scale: linear below 1 kHz (200/3 Hz a mel), logarithmic above (27 mels for a factor of 6.4);
// M. Slaney, Auditory Toolbox, 1998.
constexpr Real kHzPerMel = 200.0L / 3;
constexpr Real kLogStartHz = 1000;
constexpr Real kLogStartMel = kLogStartHz / kHzPerMel;

Real hz_to_mel(Real hz) {
  if (hz < kLogStartHz) return hz / kHzPerMel;
  return kLogStartMel + std::log(hz / kLogStartHz) * 27 / std::log(6.4L);
}

Real mel_to_hz(Real mel) {
  if (mel < kLogStartMel) return mel * kHzPerMel;
  return kLogStartHz * std::exp((mel - kLogStartMel) * std::log(6.4L) / 27);
}

// 80 triangles from 0 to 8000 Hz, each of unit area: librosa.filters.mel(sr=16000, n_fft=400, n_mels=80),
// which openai/whisper ships as mel_filters.npz.
void set_filters(MelTables* tables) {
  const auto edge_hz = [](int i) { return mel_to_hz(hz_to_mel(kSampleRateHz / 2) * i / (kMelBins + 1)); };
  int count = 0;
  for (int filter = 0; filter < kMelBins; filter++) {
    const Real low = edge_hz(filter);
    const Real middle = edge_hz(filter + 1);
    const Real high = edge_hz(filter + 2);
    tables->begin[filter] = count;
    for (int bin = 0; bin < kPowerBins; bin++) {
      const Real hz = bin * kSampleRateHz / kFrameSamples;
      const Real weight = std::min((hz - low) / (middle - low), (high - hz) / (high - middle));
      if (weight <= 0) continue;
      if (count == tables->begin[filter]) tables->first[filter] = bin;
      tables->weights[count++] = static_cast<double>(weight * 2 / (high - low));
    }
  }
  tables->begin[kMelBins] = count;
}

}  // namespace

MelTables make_mel_tables() {
  MelTables tables = {};
  for (int i = 0; i < kFrameSamples; i++) {
    tables.window[i] = static_cast<double>((1 - std::cos(2 * kPi * i / kFrameSamples)) / 4);
  }
  set_turns(&tables);
  set_filters(&tables);
  return tables;
}

}  // namespace tilescribe
