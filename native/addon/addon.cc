// The Node-API addon: the class `Mask` (mask.h), `measureMachine` (machine.h), and the class `Session`, whose long
// calls run on a thread of libuv's pool and resolve promises. All arguments are checked here, on the JavaScript thread;
// nothing below throws. One call at a time: a second one before the first has resolved is a bug of the caller and
// throws. The exception: where a device takes the steps, a window may be encoded beside them.
//
// The surprising thing: a step of few rows is no long call. It runs on the JavaScript thread, because handing it to
// another and being woken for its result takes longer than the step.
#include <napi.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "addon/machine.h"
#include "addon/mask.h"
#include "addon/npu.h"
#include "addon/values.h"
#include "addon/voice_object.h"
#include "base/memory.h"
#include "cpu/kernels.h"
#include "whisper/session.h"

namespace tilescribe {
namespace {

// A step of so many rows or fewer takes some milliseconds.
constexpr size_t kRowsInline = 16;

size_t count_rows(const std::vector<StepInput>& inputs) {
  size_t rows = 0;
  for (const StepInput& input : inputs) rows += input.tokens.size();
  return rows;
}

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Session",
                       {
                           InstanceMethod<&SessionObject::describe>("describe"),
                           InstanceMethod<&SessionObject::encode>("encode"),
                           InstanceMethod<&SessionObject::cancel>("cancel"),
                           InstanceMethod<&SessionObject::start>("start"),
                           InstanceMethod<&SessionObject::step>("step"),
                           InstanceMethod<&SessionObject::reorder>("reorder"),
                           InstanceMethod<&SessionObject::align>("align"),
                           InstanceMethod<&SessionObject::release_window>("releaseWindow"),
                           InstanceMethod<&SessionObject::release_sequences>("releaseSequences"),
                           InstanceMethod<&SessionObject::timings>("timings"),
                           InstanceMethod<&SessionObject::use_npu>("useNpu"),
                           InstanceMethod<&SessionObject::leave_npu>("leaveNpu"),
                           InstanceMethod<&SessionObject::describe_npu>("describeNpu"),
                           InstanceMethod<&SessionObject::sparse_steps>("sparseSteps"),
                           InstanceMethod<&SessionObject::npu_timings>("npuTimings"),
                           InstanceMethod<&SessionObject::close>("close"),
                       });
  }

  // new Session(weightsPath, threads); throws an Error with the code `model-missing` or `model-corrupt`.
  explicit SessionObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionObject>(info) {
    if (!info[0].IsString()) throw Napi::TypeError::New(info.Env(), "the path must be a string");
    const int threads = take_integer(info[1], "threads", 1, 256);
    std::unique_ptr<Session> session;
    check_model(info.Env(), Session::open(info[0].As<Napi::String>(), threads, &session));
    session_ = std::move(session);
  }

 private:
  // Runs `work` off the JavaScript thread, then `finish` on it.
  class Task : public Napi::AsyncWorker {
   public:
    Task(SessionObject* owner, bool* is_busy, std::function<void(Session&)> work,
         std::function<Napi::Value(Napi::Env)> finish)
        : Napi::AsyncWorker(owner->Env()),
          owner_(owner),
          is_busy_(is_busy),
          session_(owner->session_),
          work_(std::move(work)),
          finish_(std::move(finish)),
          promise_(Napi::Promise::Deferred::New(owner->Env())) {
      owner_->Ref();
      *is_busy_ = true;
    }
    Napi::Promise promise() const { return promise_.Promise(); }
    void Execute() override { work_(*session_); }
    void OnOK() override {
      become_idle();
      try {
        promise_.Resolve(finish_(Env()));
      } catch (const Napi::Error& error) {
        promise_.Reject(error.Value());
      }
      owner_->Unref();
    }
    void OnError(const Napi::Error& error) override {
      become_idle();
      promise_.Reject(error.Value());
      owner_->Unref();
    }

   private:
    void become_idle() {
      *is_busy_ = false;
      owner_->run_releases();
    }

    SessionObject* owner_;
    bool* is_busy_;  // of the owner
    std::shared_ptr<Session> session_;
    std::function<void(Session&)> work_;
    std::function<Napi::Value(Napi::Env)> finish_;
    Napi::Promise::Deferred promise_;
  };

  Napi::Value run(bool* is_busy, std::function<void(Session&)> work, std::function<Napi::Value(Napi::Env)> finish) {
    Task* task = new Task(this, is_busy, std::move(work), std::move(finish));
    const Napi::Promise promise = task->promise();
    task->Queue();
    return promise;
  }

  Napi::Value run(std::function<void(Session&)> work, std::function<Napi::Value(Napi::Env)> finish) {
    return run(&is_busy_, std::move(work), std::move(finish));
  }

  // What may be under way beside a call. Steps are those of a device, and so are encodes beside its steps.
  enum class Beside { kNothing, kStep, kEncode, kBoth };

  Session& session(Napi::Env env, Beside beside = Beside::kNothing) {
    if (!session_) throw Napi::Error::New(env, "the session is closed");
    const bool may_step = beside == Beside::kStep || beside == Beside::kBoth;
    const bool may_encode = (beside == Beside::kEncode || beside == Beside::kBoth) && session_->device() != nullptr;
    if (is_busy_ || (is_stepping_ && !may_step) || (is_encoding_ && !may_encode)) {
      throw Napi::Error::New(env, "the session is at work");
    }
    return *session_;
  }

  // The session for work on the weights, which must be what they were: else an Error with the code
  // `model-corrupt`.
  Session& intact_session(Napi::Env env, Beside beside = Beside::kNothing) {
    Session& session = this->session(env, beside);
    check_model(env, session.check_weights());
    return session;
  }

  static void check_model(Napi::Env env, const Status& status) {
    if (status.ok()) return;
    Napi::Error error = Napi::Error::New(env, status.message());
    error.Set("code", Napi::String::New(env, status.code() == Code::kModelMissing ? "model-missing" : "model-corrupt"));
    throw error;
  }

  static void check(Napi::Env env, const Status& status) {
    if (!status.ok()) throw Napi::RangeError::New(env, status.message());
  }

  Napi::Value describe(const Napi::CallbackInfo& info) {
    const Session& session = this->session(info.Env());
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("kernels", session.kernels_name());
    object.Set("threads", session.threads());
    object.Set("width", session.config().width);
    object.Set("heads", session.config().heads);
    object.Set("encoderLayers", session.config().encoder_layers);
    object.Set("decoderLayers", session.config().decoder_layers);
    object.Set("textContext", session.config().text_context);
    object.Set("maxRows", Decoder::kMaxRows);
    object.Set("vocabularySize", session.config().vocabulary);
    return object;
  }

  // encode(samples: Float32Array [200 + 480000 + 200], positions) -> Promise<window id, or -1 if cancelled>
  Napi::Value encode(const Napi::CallbackInfo& info) {
    intact_session(info.Env(), Beside::kStep).allow();
    if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float32_array ||
        info[0].As<Napi::TypedArray>().ElementLength() != static_cast<size_t>(kSamplesWithEdges)) {
      throw Napi::TypeError::New(info.Env(), "samples must be a Float32Array of a window with its edges");
    }
    const Napi::Float32Array samples = info[0].As<Napi::Float32Array>();
    const int positions = take_integer(info[1], "positions", 1, kAudioContext);
    auto copy = std::make_shared<std::vector<float>>(samples.Data(), samples.Data() + samples.ElementLength());
    auto window = std::make_shared<int>(0);
    return run(
        &is_encoding_, [copy, positions, window](Session& s) { *window = s.encode(copy->data(), positions); },
        [window](Napi::Env env) { return Napi::Number::New(env, *window); });
  }

  // Ends the encode under way, if there is one; may be called while the session is at work.
  void cancel(const Napi::CallbackInfo&) {
    if (session_) session_->cancel();
  }

  // start(window, prompt, rule, probePosition | -1, probeToken) -> Promise<{sequences, choice, probeProbability}>
  Napi::Value start(const Napi::CallbackInfo& info) {
    const Session& session = intact_session(info.Env());
    const int vocabulary = session.config().vocabulary;
    const int window = take_integer(info[0], "window", 0, INT32_MAX);
    auto prompt = std::make_shared<std::vector<int>>(
        take_integers(info[1], "prompt", 0, vocabulary - 1, static_cast<size_t>(Decoder::kMaxRows)));
    auto rule = std::make_shared<TokenRule>(take_rule(info[2], vocabulary));
    const int probe_position = take_integer(info[3], "probePosition", -1, Decoder::kMaxRows);
    const int probe_token = take_integer(info[4], "probeToken", 0, vocabulary - 1);
    check(info.Env(), session.check_start(window, *prompt, probe_position));
    auto result = std::make_shared<StartResult>();
    return run([=](Session& s) { *result = s.start(window, *prompt, *rule, probe_position, probe_token); },
               [result](Napi::Env env) {
                 Napi::Object object = Napi::Object::New(env);
                 object.Set("sequences", result->sequences);
                 object.Set("choice", give_choice(env, result->choice));
                 object.Set("probeProbability", result->probe_probability);
                 return object;
               });
  }

  // step([{sequences, tokens, rules}]) -> choices by input and row; of more than kRowsInline rows a Promise of them.
  Napi::Value step(const Napi::CallbackInfo& info) {
    Session& session = intact_session(info.Env(), Beside::kEncode);
    const int vocabulary = session.config().vocabulary;
    if (!info[0].IsArray()) throw Napi::TypeError::New(info.Env(), "a step needs an array of inputs");
    const Napi::Array array = info[0].As<Napi::Array>();
    auto inputs = std::make_shared<std::vector<StepInput>>();
    for (uint32_t i = 0; i < array.Length(); i++) {
      const Napi::Value item = array.Get(i);
      if (!item.IsObject()) throw Napi::TypeError::New(info.Env(), "an input must be an object");
      const Napi::Object object = item.As<Napi::Object>();
      StepInput input;
      input.sequences = take_integer(object.Get("sequences"), "sequences", 0, INT32_MAX);
      input.tokens = take_integers(object.Get("tokens"), "tokens", 0, vocabulary - 1, Decoder::kMaxRows);
      const Napi::Value rules = object.Get("rules");
      if (!rules.IsArray()) throw Napi::TypeError::New(info.Env(), "rules must be an array");
      for (uint32_t r = 0; r < rules.As<Napi::Array>().Length(); r++) {
        input.rules.push_back(take_rule(rules.As<Napi::Array>().Get(r), vocabulary));
      }
      inputs->push_back(std::move(input));
    }
    check(info.Env(), session.check_step(*inputs));
    // A device is waited for elsewhere.
    if (session.device() == nullptr && count_rows(*inputs) <= kRowsInline) {
      return give_choices(info.Env(), session.step(*inputs));
    }
    auto choices = std::make_shared<std::vector<std::vector<TokenChoice>>>();
    auto fault = std::make_shared<Status>();
    return run(
        session.device() != nullptr ? &is_stepping_ : &is_busy_,
        [=](Session& s) { *choices = s.step(*inputs, fault.get()); },
        [choices, fault](Napi::Env env) {
          check_device(env, *fault);
          return give_choices(env, *choices);
        });
  }

  void reorder(const Napi::CallbackInfo& info) {
    Session& session = this->session(info.Env(), Beside::kEncode);
    const int sequences = take_integer(info[0], "sequences", 0, INT32_MAX);
    const std::vector<int> parents = take_integers(info[1], "parents", 0, Decoder::kMaxRows, Decoder::kMaxRows);
    check(info.Env(), session.check_reorder(sequences, parents));
    session.reorder(sequences, parents);
  }

  // align(window, tokens, firstRow, positions, heads: [layer, head, layer, ...]) -> Promise<Float32Array of
  // tokens - firstRow rows>
  Napi::Value align(const Napi::CallbackInfo& info) {
    const Session& session = intact_session(info.Env());
    const int window = take_integer(info[0], "window", 0, INT32_MAX);
    auto input = std::make_shared<AlignInput>();
    input->tokens = take_integers(info[1], "tokens", 0, session.config().vocabulary - 1, Decoder::kMaxRows);
    input->first_row = take_integer(info[2], "firstRow", 0, Decoder::kMaxRows);
    input->positions = take_integer(info[3], "positions", 1, kAudioContext);
    const std::vector<int> heads = take_integers(info[4], "heads", 0, INT32_MAX, 2 * 1024);
    if (heads.size() % 2 != 0) throw Napi::RangeError::New(info.Env(), "heads must be pairs of layer and head");
    for (size_t i = 0; i < heads.size(); i += 2) input->heads.push_back({heads[i], heads[i + 1]});
    check(info.Env(), session.check_align(window, *input));
    auto scores = std::make_shared<std::vector<float>>();
    return run([=](Session& s) { *scores = s.align(window, *input); },
               [scores](Napi::Env env) {
                 Napi::Float32Array array = Napi::Float32Array::New(env, scores->size());
                 std::copy(scores->begin(), scores->end(), array.Data());
                 return array;
               });
  }

  // Both may be called while the session is at work, and then wait until it is not; after close they do
  // nothing: all is gone already.
  void release_window(const Napi::CallbackInfo& info) {
    release([window = take_integer(info[0], "window", 0, INT32_MAX)](Session& s) { s.release_window(window); });
  }

  void release_sequences(const Napi::CallbackInfo& info) {
    release([id = take_integer(info[0], "sequences", 0, INT32_MAX)](Session& s) { s.release_sequences(id); });
  }

  void release(std::function<void(Session&)> work) {
    if (is_at_work()) {
      releases_.push_back(std::move(work));
    } else if (session_) {
      work(*session_);
    }
  }

  bool is_at_work() const { return is_busy_ || is_stepping_ || is_encoding_; }

  void run_releases() {
    if (is_at_work()) return;
    for (const std::function<void(Session&)>& work : releases_) work(*session_);
    releases_.clear();
  }

  // useNpu(options) -> Promise<undefined>; see take_npu_options. Rejects with the code `device-unavailable`.
  Napi::Value use_npu(const Napi::CallbackInfo& info) {
    const Session& session = intact_session(info.Env());
    auto options = std::make_shared<NpuOptions>(take_npu_options(info[0], session.config()));
    auto status = std::make_shared<Status>();
    return run([=](Session& s) { *status = open_npu(*options, s); },
               [status](Napi::Env env) {
                 check_device(env, *status);
                 return env.Undefined();
               });
  }

  void leave_npu(const Napi::CallbackInfo& info) { session(info.Env()).use_device(nullptr); }

  // What the NPU says of itself, or null where there is none.
  Napi::Value describe_npu(const Napi::CallbackInfo& info) { return give_npu(info.Env(), session(info.Env())); }

  // Float64Array: for part (encoder, decoder), layer, operation (see timings.h): milliseconds, count. Those of the NPU
  // are modelled where it is the emulator, and none where it is not.
  Napi::Value timings(const Napi::CallbackInfo& info) {
    return give_timings(info.Env(), session(info.Env(), Beside::kBoth).timings());
  }
  Napi::Value npu_timings(const Napi::CallbackInfo& info) {
    StepDecoder* device = session(info.Env(), Beside::kBoth).device();
    return device != nullptr ? give_timings(info.Env(), device->timings()) : Napi::Float64Array::New(info.Env(), 0);
  }

  Napi::Value sparse_steps(const Napi::CallbackInfo& info) {
    return give_sparse_steps(info.Env(), session(info.Env(), Beside::kBoth).device());
  }

  void close(const Napi::CallbackInfo& info) {
    session(info.Env());
    session_.reset();
  }

  std::shared_ptr<Session> session_;
  bool is_stepping_ = false;  // on a device
  bool is_encoding_ = false;
  bool is_busy_ = false;  // with anything else
  std::vector<std::function<void(Session&)>> releases_;
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  map_large_blocks();
  exports.Set("Session", SessionObject::define(env));
  exports.Set("Mask", MaskObject::define(env));
  exports.Set("VoiceDetector", define_voice_detector(env));
  exports.Set("npuProgram", Napi::Function::New(env, npu_program));
  exports.Set("modelNpuStep", Napi::Function::New(env, model_npu_step));
  exports.Set("measureMachine", Napi::Function::New(env, measure_machine));
  exports.Set("bestKernels", Napi::Function::New(env, [](const Napi::CallbackInfo& info) {
                return Napi::String::New(info.Env(), best_kernels().name);
              }));
  return exports;
}

}  // namespace

NODE_API_MODULE(tilescribe_native, initialize)

}  // namespace tilescribe
