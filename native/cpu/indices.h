// 0, 1, ... N-1 as template parameters, for fold expressions: loops that must be unrolled for an array of
// accumulators to stay in registers (GCC 12 unrolls ordinary loops too late for that).
#pragma once

namespace tilescribe {

template <int... I>
struct Indices {};

template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};

template <int... I>
struct Count<0, I...> {
  using Type = Indices<I...>;
};

}  // namespace tilescribe
