#include "addon/machine.h"

#include "addon/values.h"
#include "machine/limits.h"

namespace tilescribe {
namespace {

constexpr int kRepeats = 5;
constexpr int kMegabytes = 75;

class Measurement : public Napi::AsyncWorker {
 public:
  Measurement(Napi::Env env, int threads)
      : Napi::AsyncWorker(env), threads_(threads), promise_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return promise_.Promise(); }
  void Execute() override {
    int8_ = measure_int8(threads_, kRepeats);
    reading_ = measure_reading(kMegabytes, threads_, kRepeats);
  }
  void OnOK() override {
    Napi::Object limits = Napi::Object::New(Env());
    limits.Set("readBytesPerSecond", reading_.median * 1e9);
    limits.Set("int8MacsPerSecond", int8_.median * 1e9);
    limits.Set("instructions", int8_instructions());
    promise_.Resolve(limits);
  }
  void OnError(const Napi::Error& error) override { promise_.Reject(error.Value()); }

 private:
  int threads_;
  Rate int8_{};
  Rate reading_{};
  Napi::Promise::Deferred promise_;
};

}  // namespace

Napi::Value measure_machine(const Napi::CallbackInfo& info) {
  Measurement* measurement = new Measurement(info.Env(), take_integer(info[0], "threads", 1, 256));
  const Napi::Promise promise = measurement->promise();
  measurement->Queue();
  return promise;
}

}  // namespace tilescribe
