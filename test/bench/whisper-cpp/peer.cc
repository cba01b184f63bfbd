// whisper.cpp as an addon with just what the benchmark asks: a whole recording, one encoder pass, some
// decoder steps. Everything blocks the JavaScript thread, which has nothing else to do in its process.
#include <napi.h>
#include <whisper.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct FirstToken {
  double at_ms = 0;
};

// Called before each choice; the first call with a token already there comes after the first choice.
void note_first_token(whisper_context*, whisper_state*, const whisper_token_data*, int count, float*, void* data) {
  auto* first = static_cast<FirstToken*>(data);
  if (count > 0 && first->at_ms == 0) first->at_ms = now_ms();
}

class Peer : public Napi::ObjectWrap<Peer> {
 public:
  static Napi::Object init(Napi::Env env, Napi::Object exports) {
    exports.Set("Peer",
                DefineClass(env, "Peer",
                            {InstanceMethod("transcribe", &Peer::transcribe), InstanceMethod("encode", &Peer::encode),
                             InstanceMethod("decode", &Peer::decode), InstanceMethod("close", &Peer::close)}));
    exports.Set("systemInfo", Napi::String::New(env, whisper_print_system_info()));
    exports.Set("version", Napi::String::New(env, whisper_version()));
    return exports;
  }

  // (model path)
  explicit Peer(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Peer>(info) {
    whisper_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
    whisper_context_params params = whisper_context_default_params();
    params.use_gpu = false;
    context_ = whisper_init_from_file_with_params(info[0].As<Napi::String>().Utf8Value().c_str(), params);
    if (!context_) Napi::Error::New(info.Env(), "whisper.cpp cannot read the model").ThrowAsJavaScriptException();
  }

  ~Peer() override { free_context(); }

 private:
  void free_context() {
    if (context_) whisper_free(context_);
    context_ = nullptr;
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    free_context();
    return info.Env().Undefined();
  }

  Napi::Value fail(const Napi::CallbackInfo& info, const char* what) {
    Napi::Error::New(info.Env(), what).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }

  // (samples: Float32Array, language, threads, beam size; 1 = greedy) -> { text, firstTokenMs }
  Napi::Value transcribe(const Napi::CallbackInfo& info) {
    if (!context_) return fail(info, "closed");
    const auto samples = info[0].As<Napi::Float32Array>();
    const std::string language = info[1].As<Napi::String>();
    const int beam = info[3].As<Napi::Number>().Int32Value();
    whisper_full_params params =
        whisper_full_default_params(beam > 1 ? WHISPER_SAMPLING_BEAM_SEARCH : WHISPER_SAMPLING_GREEDY);
    FirstToken first;
    params.language = language.c_str();
    params.n_threads = info[2].As<Napi::Number>().Int32Value();
    if (beam > 1) params.beam_search.beam_size = beam;
    params.print_progress = false;
    params.print_timestamps = false;
    params.logits_filter_callback = note_first_token;
    params.logits_filter_callback_user_data = &first;
    const double began = now_ms();
    if (whisper_full(context_, params, samples.Data(), static_cast<int>(samples.ElementLength())) != 0) {
      return fail(info, "whisper.cpp could not transcribe");
    }
    std::string text;
    for (int i = 0; i < whisper_full_n_segments(context_); i++) text += whisper_full_get_segment_text(context_, i);
    auto result = Napi::Object::New(info.Env());
    result.Set("text", text);
    result.Set("firstTokenMs",
               first.at_ms == 0 ? info.Env().Null() : Napi::Number::New(info.Env(), first.at_ms - began));
    return result;
  }

  // (samples of one window, threads) -> milliseconds of the encoder with the cross-attention keys and values
  Napi::Value encode(const Napi::CallbackInfo& info) {
    if (!context_) return fail(info, "closed");
    const auto samples = info[0].As<Napi::Float32Array>();
    const int threads = info[1].As<Napi::Number>().Int32Value();
    if (whisper_pcm_to_mel(context_, samples.Data(), static_cast<int>(samples.ElementLength()), threads) != 0) {
      return fail(info, "whisper.cpp could not compute the mel spectrogram");
    }
    const double began = now_ms();
    if (whisper_encode(context_, 0, threads) != 0) return fail(info, "whisper.cpp could not encode");
    return Napi::Number::New(info.Env(), now_ms() - began);
  }

  // (steps, threads) -> milliseconds a step, feeding each most probable text token
  Napi::Value decode(const Napi::CallbackInfo& info) {
    if (!context_) return fail(info, "closed");
    std::vector<whisper_token> prompt{whisper_token_sot(context_)};
    if (whisper_is_multilingual(context_)) {
      prompt.push_back(whisper_token_lang(context_, whisper_lang_id("en")));
      prompt.push_back(whisper_token_transcribe(context_));
    }
    prompt.push_back(whisper_token_not(context_));
    const int steps = info[0].As<Napi::Number>().Int32Value();
    const int threads = info[1].As<Napi::Number>().Int32Value();
    if (whisper_decode(context_, prompt.data(), static_cast<int>(prompt.size()), 0, threads) != 0) {
      return fail(info, "whisper.cpp could not decode");
    }
    int position = static_cast<int>(prompt.size());
    const double began = now_ms();
    for (int step = 0; step < steps; step++) {
      const float* logits = whisper_get_logits(context_);
      whisper_token best = 0;
      for (whisper_token token = 1; token < whisper_token_eot(context_); token++) {
        if (logits[token] > logits[best]) best = token;
      }
      if (whisper_decode(context_, &best, 1, position++, threads) != 0)
        return fail(info, "whisper.cpp could not decode");
    }
    return Napi::Number::New(info.Env(), (now_ms() - began) / steps);
  }

  whisper_context* context_ = nullptr;
};

Napi::Object init(Napi::Env env, Napi::Object exports) { return Peer::init(env, exports); }

}  // namespace

NODE_API_MODULE(whisper_cpp_peer, init)
