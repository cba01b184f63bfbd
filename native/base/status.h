// What went wrong, for people: functions that can fail for reasons outside the code return a Status.
#pragma once

#include <string>
#include <utility>

namespace tilescribe {

enum class Code {
  kOk,
  kModelCorrupt,
  kModelMissing,
  kInvalidArgument,
  kOutOfMemory,
  kDeviceUnavailable,  // cannot be opened or used, and was not in use
  kDeviceFault,        // failed at work
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

}  // namespace tilescribe
