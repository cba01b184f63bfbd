#include "addon/values.h"

#include <cmath>

#include "addon/mask.h"

namespace tilescribe {
namespace {

Napi::Object give_token(Napi::Env env, const ScoredToken& token) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", token.id);
  object.Set("logProbability", token.log_probability);
  return object;
}

Napi::Array give_tokens(Napi::Env env, const std::vector<ScoredToken>& tokens) {
  Napi::Array array = Napi::Array::New(env, tokens.size());
  for (uint32_t i = 0; i < tokens.size(); i++) array.Set(i, give_token(env, tokens[i]));
  return array;
}

int to_integer(const Napi::Value& value, double number, const char* what) {
  if (number != std::floor(number)) {
    throw Napi::RangeError::New(value.Env(), std::string(what) + " must be a whole number");
  }
  return static_cast<int>(number);
}

void take_sample(const Napi::Value& value, TokenRule* rule) {
  if (value.IsNull()) return;
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "rule.sample must be an object or null");
  const Napi::Object sample = value.As<Napi::Object>();
  rule->temperature = take_number(sample.Get("temperature"), "sample.temperature", 1e-6, 1e6);
  rule->uniforms = take_numbers(sample.Get("uniforms"), "sample.uniforms", 0, 1, Decoder::kMaxRows);
}

}  // namespace

double take_number(const Napi::Value& value, const char* what, double low, double high) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= low && number <= high)) {
    throw Napi::RangeError::New(value.Env(), std::string(what) + " is out of range");
  }
  return number;
}

int take_integer(const Napi::Value& value, const char* what, int low, int high) {
  return to_integer(value, take_number(value, what, low, high), what);
}

std::vector<double> take_numbers(const Napi::Value& value, const char* what, double low, double high, size_t most) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be an array");
  const Napi::Array array = value.As<Napi::Array>();
  if (array.Length() == 0 || array.Length() > most) {
    throw Napi::RangeError::New(value.Env(), std::string(what) + " has the wrong length");
  }
  std::vector<double> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(take_number(array.Get(i), what, low, high));
  return result;
}

std::vector<int> take_integers(const Napi::Value& value, const char* what, int low, int high, size_t most) {
  std::vector<int> result;
  for (double number : take_numbers(value, what, low, high, most)) result.push_back(to_integer(value, number, what));
  return result;
}

TokenRule take_rule(const Napi::Value& value, int vocabulary) {
  Napi::Env env = value.Env();
  if (!value.IsObject()) throw Napi::TypeError::New(env, "rule must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  TokenRule rule;
  rule.suppressed = MaskObject::take(object.Get("suppressed"), vocabulary);
  const Napi::Value barred = object.Get("barred");
  if (!barred.IsArray()) throw Napi::TypeError::New(env, "rule.barred must be an array");
  const Napi::Array ranges = barred.As<Napi::Array>();
  for (uint32_t i = 0; i < ranges.Length(); i++) {
    const std::vector<int> range = take_integers(ranges.Get(i), "rule.barred", 0, vocabulary, 2);
    if (range.size() != 2 || range[0] > range[1]) throw Napi::RangeError::New(env, "rule.barred is not a range");
    rule.barred.emplace_back(range[0], range[1]);
  }
  const Napi::Value begin = object.Get("timestampBegin");
  if (!begin.IsNull()) rule.timestamp_begin = take_integer(begin, "rule.timestampBegin", 1, vocabulary - 1);
  rule.top = take_integer(object.Get("top"), "rule.top", 1, 1000);
  take_sample(object.Get("sample"), &rule);
  return rule;
}

Napi::Value give_timings(Napi::Env env, Timings& timings) {
  Napi::Float64Array result = Napi::Float64Array::New(env, static_cast<size_t>(2 * timings.layers() * kOperations * 2));
  size_t at = 0;
  for (const Part part : {Part::kEncoder, Part::kDecoder}) {
    for (int layer = 0; layer < timings.layers(); layer++) {
      for (int operation = 0; operation < kOperations; operation++) {
        const Timing& timing = timings.at(part, layer, static_cast<Operation>(operation));
        result[at++] = timing.ms();
        result[at++] = static_cast<double>(timing.count());
      }
    }
  }
  return result;
}

Napi::Value give_choice(Napi::Env env, const TokenChoice& choice) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("top", give_tokens(env, choice.top));
  object.Set("sampled", give_tokens(env, choice.sampled));
  return object;
}

Napi::Value give_choices(Napi::Env env, const std::vector<std::vector<TokenChoice>>& choices) {
  Napi::Array all = Napi::Array::New(env, choices.size());
  for (uint32_t i = 0; i < choices.size(); i++) {
    Napi::Array rows = Napi::Array::New(env, choices[i].size());
    for (uint32_t r = 0; r < choices[i].size(); r++) rows.Set(r, give_choice(env, choices[i][r]));
    all.Set(i, rows);
  }
  return all;
}

}  // namespace tilescribe
