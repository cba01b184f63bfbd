// Node-API for the full-precision model: what test/eval/float drives, on the JavaScript thread, one call after the
// other. Windows and texts are numbers until they are released. Not for the product, whose addon is native/addon.
#include <napi.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audio/log_mel.h"
#include "reference/float_model.h"
#include "whisper/encoder.h"

namespace tilescribe::reference {
namespace {

int take_integer(const Napi::Value& value, const char* what) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a number");
  return value.As<Napi::Number>().Int32Value();
}

std::vector<int> take_integers(const Napi::Value& value, const char* what, int end) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<int> result;
  for (uint32_t i = 0; i < array.Length(); i++) {
    result.push_back(take_integer(array.Get(i), what));
    if (result.back() < 0 || result.back() >= end) {
      throw Napi::RangeError::New(value.Env(), std::string(what) + " are out of range");
    }
  }
  return result;
}

Napi::Float32Array take_floats(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a Float32Array");
  }
  return value.As<Napi::Float32Array>();
}

Napi::Float32Array give_floats(Napi::Env env, const std::vector<float>& values) {
  Napi::Float32Array result = Napi::Float32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), result.Data());
  return result;
}

Config take_config(const Napi::Value& value) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "the dimensions must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  const auto take = [&](const char* name) { return take_integer(object.Get(name), name); };
  return {take("width"),         take("heads"),       take("encoderLayers"),
          take("decoderLayers"), take("textContext"), take("vocabularySize")};
}

FloatTensors take_tensors(const Napi::Value& value) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "the tensors must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Array names = object.GetPropertyNames();
  FloatTensors tensors;
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).As<Napi::String>();
    const Napi::Float32Array values = take_floats(object.Get(name), name.c_str());
    tensors[name].assign(values.Data(), values.Data() + values.ElementLength());
  }
  return tensors;
}

// The product's encoder, for its output.
struct NativeEncoder {
  NativeEncoder(std::unique_ptr<Model> opened, ThreadPool& pool)
      : model(std::move(opened)),
        encoder(*model, best_kernels(), pool),
        timings(std::max(model->config.encoder_layers, model->config.decoder_layers)) {}

  FloatRows encode(const float* mel, int positions) {
    const std::atomic<bool> is_cancelled{false};
    encoder.recycle(encoder.encode(mel, positions, is_cancelled, &timings));
    FloatRows output(positions, model->config.width);
    std::copy_n(encoder.output(), output.values.size(), output.values.begin());
    return output;
  }

  std::unique_ptr<Model> model;
  Encoder encoder;
  Timings timings;
};

class FloatObject : public Napi::ObjectWrap<FloatObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "FloatModel",
                       {
                           InstanceMethod<&FloatObject::encode>("encode"),
                           InstanceMethod<&FloatObject::begin>("begin"),
                           InstanceMethod<&FloatObject::feed>("feed"),
                           InstanceMethod<&FloatObject::copy>("copy"),
                           InstanceMethod<&FloatObject::align>("align"),
                           InstanceMethod<&FloatObject::release_window>("releaseWindow"),
                           InstanceMethod<&FloatObject::release_text>("releaseText"),
                       });
  }

  // new FloatModel(dimensions, tensors, path of the native engine's weights or null); without a path our own encoder.
  explicit FloatObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FloatObject>(info) {
    if (!can_multiply()) throw Napi::Error::New(info.Env(), "the full-precision model needs a CPU with AVX2");
    check(info.Env(), FloatModel::make(take_config(info[0]), take_tensors(info[1]), &model_));
    if (info[2].IsNull()) return;
    if (!info[2].IsString()) throw Napi::TypeError::New(info.Env(), "the path must be a string or null");
    std::unique_ptr<Model> opened;
    check(info.Env(), Model::open(info[2].As<Napi::String>(), &opened));
    native_ = std::make_unique<NativeEncoder>(std::move(opened), pool_);
  }

 private:
  struct Text {
    std::shared_ptr<const FloatWindow> window;
    FloatText text;
  };

  static void check(Napi::Env env, const Status& status) {
    if (!status.ok()) throw Napi::Error::New(env, status.message());
  }

  template <typename T>
  static T& find(Napi::Env env, std::map<int, T>& all, const Napi::Value& id) {
    const auto found = all.find(take_integer(id, "an id"));
    if (found == all.end()) throw Napi::RangeError::New(env, "it was released");
    return found->second;
  }

  // encode(samples: Float32Array, positions) -> window
  Napi::Value encode(const Napi::CallbackInfo& info) {
    const Napi::Float32Array samples = take_floats(info[0], "samples");
    const int positions = take_integer(info[1], "positions");
    if (samples.ElementLength() != static_cast<size_t>(kSamplesWithEdges) || positions < 1 ||
        positions > kAudioContext) {
      throw Napi::RangeError::New(info.Env(), "no window of that size");
    }
    log_mel_.compute(samples.Data(), 2 * positions, mel_.data());
    const FloatRows audio = native_ ? native_->encode(mel_.data(), positions) : model_->encode(mel_.data(), positions);
    windows_[next_id_] = std::make_shared<const FloatWindow>(model_->remember(audio));
    return Napi::Number::New(info.Env(), next_id_++);
  }

  // begin(window) -> text
  Napi::Value begin(const Napi::CallbackInfo& info) {
    return keep(info.Env(), {find(info.Env(), windows_, info[0]), model_->begin_text()});
  }

  // feed(text, tokens, wanted) -> Float32Array [wanted, vocabulary]: the logits after those of the tokens.
  Napi::Value feed(const Napi::CallbackInfo& info) {
    Text& text = find(info.Env(), texts_, info[0]);
    const std::vector<int> tokens = take_integers(info[1], "tokens", model_->config().vocabulary);
    const std::vector<int> wanted = take_integers(info[2], "wanted", static_cast<int>(tokens.size()));
    if (text.text.front().length + static_cast<int>(tokens.size()) > model_->config().text_context) {
      throw Napi::RangeError::New(info.Env(), "the text context is full");
    }
    const FloatRows hidden = model_->decode(*text.window, &text.text, tokens);
    const size_t vocabulary = static_cast<size_t>(model_->config().vocabulary);
    Napi::Float32Array logits = Napi::Float32Array::New(info.Env(), wanted.size() * vocabulary);
    for (size_t i = 0; i < wanted.size(); i++) model_->project(hidden.row(wanted[i]), logits.Data() + i * vocabulary);
    return logits;
  }

  // copy(text) -> text
  Napi::Value copy(const Napi::CallbackInfo& info) { return keep(info.Env(), find(info.Env(), texts_, info[0])); }

  Napi::Value keep(Napi::Env env, Text text) {
    texts_[next_id_] = std::move(text);
    return Napi::Number::New(env, next_id_++);
  }

  // align(window, tokens, firstRow, positions, heads: layer, head, layer, head, ...) -> Float32Array
  Napi::Value align(const Napi::CallbackInfo& info) {
    const std::shared_ptr<const FloatWindow> window = find(info.Env(), windows_, info[0]);
    const std::vector<int> tokens = take_integers(info[1], "tokens", model_->config().vocabulary);
    const int first_row = take_integer(info[2], "firstRow");
    const int positions = take_integer(info[3], "positions");
    const std::vector<int> pairs =
        take_integers(info[4], "heads", model_->config().heads + model_->config().decoder_layers);
    const int count = static_cast<int>(tokens.size());
    if (count > model_->config().text_context || first_row < 0 || first_row >= count || positions < 1 ||
        positions > window->front().length || pairs.empty() || pairs.size() % 2 != 0) {
      throw Napi::RangeError::New(info.Env(), "this cannot be aligned");
    }
    std::vector<AlignmentHead> heads;
    for (size_t i = 0; i < pairs.size(); i += 2) {
      heads.push_back({pairs[i], pairs[i + 1]});
      if (heads.back().layer >= model_->config().decoder_layers || heads.back().head >= model_->config().heads) {
        throw Napi::RangeError::New(info.Env(), "a head that the model does not have");
      }
    }
    return give_floats(info.Env(), model_->align(*window, tokens, first_row, positions, heads).values);
  }

  void release_window(const Napi::CallbackInfo& info) { windows_.erase(take_integer(info[0], "an id")); }
  void release_text(const Napi::CallbackInfo& info) { texts_.erase(take_integer(info[0], "an id")); }

  std::unique_ptr<FloatModel> model_;
  ThreadPool pool_{1};
  LogMel log_mel_{best_kernels(), pool_};
  std::vector<float> mel_ = std::vector<float>(static_cast<size_t>(kMelBins) * kWindowFrames);
  std::unique_ptr<NativeEncoder> native_;
  std::map<int, std::shared_ptr<const FloatWindow>> windows_;
  std::map<int, Text> texts_;
  int next_id_ = 1;
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("FloatModel", FloatObject::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(tilescribe_reference, initialize)

}  // namespace tilescribe::reference
