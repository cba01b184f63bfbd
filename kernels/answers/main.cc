// Known answers of the kernels.
//
//   kernel_answers list        as JSON: each case, its parts, and a checksum (FNV-1a, 64 bits) of input and answer;
//                              known_answers.json is what it said when it was committed
//   kernel_answers write DIR   DIR/CASE.in and DIR/CASE.out, whole pages
#include <cstdio>
#include <cstring>
#include <string>

#include "kernels/answers/inputs.h"

using namespace tilescribe::tile;

namespace {

std::string checksum(const void* data, size_t bytes) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ static_cast<const uint8_t*>(data)[i]) * 0x100000001b3ull;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

void list() {
  std::printf("{\n  \"page_bytes\": %d,\n  \"cases\": [", kPageBytes);
  const char* separator = "\n";
  for (const Case& each : cases()) {
    const std::vector<CasePage> pages = each.make(each.seed);
    const CasePage out = answer(each, pages);
    std::printf("%s    {\n      \"name\": \"%s\",\n      \"seed\": %llu,\n      \"pages\": %zu,\n", separator,
                each.name, static_cast<unsigned long long>(each.seed), pages.size());
    std::printf("      \"input\": \"%s\",\n      \"answer\": \"%s\",\n      \"parts\": [",
                checksum(pages.data(), pages.size() * sizeof(CasePage)).c_str(),
                checksum(out.bytes, sizeof out.bytes).c_str());
    const char* comma = "\n";
    for (const CasePart& part : each.parts) {
      std::printf("%s        { \"type\": \"%s\", \"offset\": %d, \"count\": %d, \"tolerance\": %g }", comma, part.type,
                  part.offset, part.count, part.tolerance);
      comma = ",\n";
    }
    std::printf("\n      ]\n    }");
    separator = ",\n";
  }
  std::printf("\n  ]\n}\n");
}

bool write_file(const std::string& path, const void* data, size_t bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool is_written = std::fwrite(data, 1, bytes, file) == bytes;
  return std::fclose(file) == 0 && is_written;
}

int write_all(const std::string& folder) {
  for (const Case& each : cases()) {
    const std::vector<CasePage> pages = each.make(each.seed);
    const CasePage out = answer(each, pages);
    const std::string path = folder + "/" + each.name;
    if (!write_file(path + ".in", pages.data(), pages.size() * sizeof(CasePage)) ||
        !write_file(path + ".out", out.bytes, sizeof out.bytes)) {
      std::fprintf(stderr, "kernel_answers: cannot write to %s\n", path.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
    list();
    return 0;
  }
  if (argc == 3 && std::strcmp(argv[1], "write") == 0) return write_all(argv[2]);
  std::fprintf(stderr, "usage: kernel_answers list | write DIR\n");
  return 2;
}
