// JavaScript values to and from the engine's, with a TypeError that names what is wrong.
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "whisper/choice.h"

namespace tilescribe {

// All throw Napi::TypeError or Napi::RangeError.
int take_integer(const Napi::Value& value, const char* what, int low, int high);
double take_number(const Napi::Value& value, const char* what, double low, double high);
std::vector<double> take_numbers(const Napi::Value& value, const char* what, double low, double high, size_t most);
std::vector<int> take_integers(const Napi::Value& value, const char* what, int low, int high, size_t most);
TokenRule take_rule(const Napi::Value& value, int vocabulary);
Napi::Value give_timings(Napi::Env env, Timings& timings);
Napi::Value give_choice(Napi::Env env, const TokenChoice& choice);
// By input and row.
Napi::Value give_choices(Napi::Env env, const std::vector<std::vector<TokenChoice>>& choices);

}  // namespace tilescribe
