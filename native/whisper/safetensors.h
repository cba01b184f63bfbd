// Reads the header of a safetensors file (https://github.com/huggingface/safetensors, format 0.x):
// u64 little-endian length, then JSON: name -> {dtype, shape, data_offsets}, and "__metadata__".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace tilescribe {

struct Tensor {
  std::string dtype;
  std::vector<int64_t> shape;
  // Bytes from the start of the data section.
  uint64_t begin = 0;
  uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
  // Where the data section begins in the file.
  uint64_t data = 0;
};

// `bytes` is the whole file. Offsets are checked against its size and each other, and sizes against shape
// and dtype.
Status read_safetensors(const uint8_t* bytes, uint64_t size, SafetensorsHeader* header);

}  // namespace tilescribe
