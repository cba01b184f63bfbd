#include "whisper/safetensors.h"

#include <algorithm>
#include <utility>

namespace tilescribe {
namespace {

// As much JSON as the header holds: objects, arrays of whole numbers, strings.
class JsonReader {
 public:
  JsonReader(const char* text, size_t length) : at_(text), end_(text + length) {}

  bool take(char c) {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    at_++;
    return true;
  }

  bool string(std::string* out) {
    if (!take('"')) return false;
    out->clear();
    while (at_ != end_ && *at_ != '"') {
      if (*at_ == '\\') {
        at_++;
        // Names and values are ASCII without control characters; other escapes do not occur.
        if (at_ == end_ || (*at_ != '"' && *at_ != '\\' && *at_ != '/')) return false;
      }
      out->push_back(*at_++);
    }
    return take('"');
  }

  bool number(uint64_t* out) {
    skip_space();
    if (at_ == end_ || *at_ < '0' || *at_ > '9') return false;
    uint64_t value = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; at_++) {
      if (value > (UINT64_MAX - 9) / 10) return false;
      value = value * 10 + static_cast<uint64_t>(*at_ - '0');
    }
    *out = value;
    return true;
  }

  bool numbers(std::vector<uint64_t>* out) {
    out->clear();
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      uint64_t value;
      if (out->size() == 8 || !number(&value)) return false;
      out->push_back(value);
    } while (take(','));
    return take(']');
  }

  bool at_end() {
    skip_space();
    return at_ == end_;
  }

  // member(name) reads each value.
  template <typename Member>
  bool object(Member member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      std::string name;
      if (!string(&name) || !take(':') || !member(name)) return false;
    } while (take(','));
    return take('}');
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) at_++;
  }

  const char* at_;
  const char* end_;
};

bool read_tensor(JsonReader& json, Tensor* tensor) {
  return json.object([&](const std::string& name) {
    std::vector<uint64_t> numbers;
    if (name == "dtype") return json.string(&tensor->dtype);
    if (!json.numbers(&numbers)) return false;
    if (name == "shape") {
      for (uint64_t length : numbers) {
        if (length > (1u << 30)) return false;
        tensor->shape.push_back(static_cast<int64_t>(length));
      }
      return true;
    }
    if (name != "data_offsets" || numbers.size() != 2) return false;
    tensor->begin = numbers[0];
    tensor->end = numbers[1];
    return true;
  });
}

uint64_t element_size(const std::string& dtype) {
  if (dtype == "U8" || dtype == "I8") return 1;
  if (dtype == "F32" || dtype == "I32") return 4;
  return 0;
}

bool fits(const Tensor& tensor, uint64_t data_size) {
  if (tensor.begin > tensor.end || tensor.end > data_size || tensor.begin % 64 != 0) return false;
  uint64_t size = element_size(tensor.dtype);
  for (int64_t length : tensor.shape) {
    if (length != 0 && size > UINT64_MAX / static_cast<uint64_t>(length)) return false;
    size *= static_cast<uint64_t>(length);
  }
  return size != 0 && size == tensor.end - tensor.begin;
}

// Tensors lie one behind the other from the first byte of the data to its last, as safetensors demands.
bool is_covered(const std::map<std::string, Tensor>& tensors, uint64_t data_size) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, tensor] : tensors) ranges.emplace_back(tensor.begin, tensor.end);
  std::sort(ranges.begin(), ranges.end());
  uint64_t covered = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != covered) return false;
    covered = end;
  }
  return covered == data_size;
}

Status corrupt(const std::string& what) {
  return Status(Code::kModelCorrupt, "The packed weights file is damaged: " + what + ".");
}

}  // namespace

Status read_safetensors(const uint8_t* bytes, uint64_t size, SafetensorsHeader* header) {
  if (size < 8) return corrupt("it has no header");
  uint64_t length = 0;
  for (int i = 7; i >= 0; i--) length = length << 8 | bytes[i];
  if (length > size - 8) return corrupt("its header is cut short");
  header->data = 8 + length;
  if (header->data % 64 != 0) return corrupt("its data is not aligned");

  JsonReader json(reinterpret_cast<const char*>(bytes) + 8, static_cast<size_t>(length));
  const bool parsed = json.object([&](const std::string& name) {
    if (name == "__metadata__") {
      return json.object([&](const std::string& key) { return json.string(&header->metadata[key]); });
    }
    return header->tensors.count(name) == 0 && read_tensor(json, &header->tensors[name]);
  });
  if (!parsed || !json.at_end()) return corrupt("its header cannot be read");
  for (const auto& [name, tensor] : header->tensors) {
    if (!fits(tensor, size - header->data)) return corrupt("the tensor " + name + " does not fit");
  }
  if (!is_covered(header->tensors, size - header->data)) return corrupt("its tensors overlap or leave bytes out");
  return Status();
}

}  // namespace tilescribe
