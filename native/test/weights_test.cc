// Weights files that are not what they should be: each is refused with a Status that says why, and none
// harms the process, whatever its bytes.
#include "whisper/weights.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "test/check.h"
#include "test/model_fixture.h"
#include "whisper/session.h"

namespace {

using tilescribe::Code;
using tilescribe::kSamplesWithEdges;
using tilescribe::Model;
using tilescribe::Session;
using tilescribe::StartResult;
using tilescribe::Status;
using tilescribe::TokenRule;
using tilescribe::test::FixtureSizes;
using tilescribe::test::make_file;
using tilescribe::test::make_header;
using tilescribe::test::make_prefix;
using tilescribe::test::ModelFixture;
using tilescribe::test::Package;
using tilescribe::test::PackedTensor;
using tilescribe::test::Random;
using tilescribe::test::TemporaryFolder;

FixtureSizes smallest() {
  FixtureSizes sizes;
  sizes.heads = 1;
  sizes.encoder_layers = 1;
  sizes.decoder_layers = 1;
  sizes.text_context = 16;
  sizes.vocabulary = 1000;
  return sizes;
}

Status open(const std::string& path) {
  std::unique_ptr<Model> model;
  const Status status = Model::open(path, &model);
  CHECK(status.ok() == (model != nullptr));
  CHECK(status.ok() == status.message().empty());
  return status;
}

bool is_corrupt(const std::string& path) { return open(path).code() == Code::kModelCorrupt; }

std::string replace(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (!CHECK(at != std::string::npos)) return text;
  return text.replace(at, from.size(), to);
}

void test_whole_file(const ModelFixture& fixture, const TemporaryFolder& folder) {
  std::unique_ptr<Model> model;
  if (!CHECK(Model::open(folder.write("whole", fixture.bytes()), &model).ok())) return;
  CHECK(model->config.width == 64 && model->config.vocabulary == 1000 && model->config.text_context == 16);
  // A new file in its place leaves the open one as it was.
  const std::string before(reinterpret_cast<const char*>(model->tokens.q), 64000);
  std::filesystem::rename(folder.write("next", "nothing"), folder.file("whole"));
  CHECK(std::memcmp(before.data(), model->tokens.q, before.size()) == 0);
}

// A step of the clock of files may be 4 ms, so the time of change is set back first.
std::unique_ptr<Model> open_aged(const std::string& path) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  std::unique_ptr<Model> model;
  CHECK(Model::open(path, &model).ok());
  CHECK(model->check_unchanged().ok());
  return model;
}

void test_changed_while_open(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::function<void(const std::string&)> changes[] = {
      [](const std::string& path) { std::filesystem::resize_file(path, 100); },
      [](const std::string& path) { std::filesystem::resize_file(path, std::filesystem::file_size(path) + 1); },
      [](const std::string& path) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(5000);
        file.put('x');
      }};
  for (const auto& change : changes) {
    const std::string path = folder.write("changing", fixture.bytes());
    const std::unique_ptr<Model> model = open_aged(path);
    change(path);
    const Status status = model->check_unchanged();
    CHECK(status.code() == Code::kModelCorrupt);
    CHECK(status.message().find("changed while it was in use") != std::string::npos);
  }
}

// None of these touches the mapped bytes.
void test_replaced_while_open(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string path = folder.write("staying", fixture.bytes());
  const std::unique_ptr<Model> model = open_aged(path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  CHECK(model->check_unchanged().ok());
  std::filesystem::rename(folder.write("other", "something else"), path);
  CHECK(model->check_unchanged().ok());
  std::filesystem::remove(path);
  CHECK(model->check_unchanged().ok());
}

void test_places_that_are_no_weights(const TemporaryFolder& folder) {
  CHECK(open(folder.file("absent")).code() == Code::kModelMissing);
  CHECK(open(folder.file("absent/inside")).code() == Code::kModelMissing);
  CHECK(open("").code() == Code::kModelMissing);
  CHECK(is_corrupt(folder.path()));
  CHECK(is_corrupt("/dev/null"));
  CHECK(is_corrupt(folder.write("empty", "")));
  for (size_t length : {1, 7, 8, 9, 63, 64, 5000}) CHECK(is_corrupt(folder.write("zeros", std::string(length, '\0'))));
  CHECK(is_corrupt(folder.write("text", std::string(5000, '{'))));
}

// Root may read everything, so the test becomes nobody for the moment.
void test_forbidden_file(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string path = folder.write("forbidden", fixture.bytes());
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const bool is_root = ::geteuid() == 0;
  if (is_root && !CHECK(::seteuid(65534) == 0)) return;
  const Status status = open(path);
  if (is_root) CHECK(::seteuid(0) == 0);
  CHECK(status.code() == Code::kModelMissing);
  CHECK(status.message().find("ermission") != std::string::npos);
}

void test_truncated(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string bytes = fixture.bytes();
  const std::string path = folder.write("truncated", bytes);
  CHECK(open(path).ok());
  const auto cut = [&](size_t length) {
    std::filesystem::resize_file(path, length);
    return CHECK(is_corrupt(path));
  };
  for (size_t length = bytes.size() - 1; length + 100 > bytes.size(); length--) cut(length);
  for (size_t length = bytes.size() / 4096 * 4096; length > 4096; length -= 4096) {
    if (!cut(length) || !cut(length - 1) || !cut(length - 1501)) return;
  }
  for (size_t length = 4096; length > 6; length -= 7) cut(length);
}

void test_longer(const ModelFixture& fixture, const TemporaryFolder& folder) {
  for (size_t more : {1, 64, 4096})
    CHECK(is_corrupt(folder.write("longer", fixture.bytes() + std::string(more, '\0'))));
}

// Every byte of the header with one bit turned. Only what no reader needs may go unnoticed: the model's
// name.
void test_flipped_header(const ModelFixture& fixture, const TemporaryFolder& folder, Random& random) {
  const std::string bytes = fixture.bytes();
  const std::string path = folder.write("flipped", bytes);
  const size_t header = bytes.size() - [&] {
    size_t data = 0;
    for (const PackedTensor& tensor : fixture.package().tensors) data += tensor.bytes.size();
    return data;
  }();
  const int file = ::open(path.c_str(), O_RDWR);
  int unnoticed = 0;
  for (size_t at = 0; at < header; at++) {
    const char flipped = static_cast<char>(bytes[at] ^ (1 << random.between(0, 7)));
    CHECK(::pwrite(file, &flipped, 1, static_cast<off_t>(at)) == 1);
    std::unique_ptr<Model> model;
    const Status status = Model::open(path, &model);
    if (status.ok()) {
      unnoticed++;
      CHECK(bytes.substr(at < 20 ? 0 : at - 20, 40).find("model") != std::string::npos);
      CHECK(model->config.width == 64 && model->config.vocabulary == 1000);
    } else {
      CHECK(status.code() == Code::kModelCorrupt);
    }
    CHECK(::pwrite(file, &bytes[at], 1, static_cast<off_t>(at)) == 1);
  }
  ::close(file);
  CHECK(open(path).ok());
  std::printf("weights: %d of %zu flipped header bytes are of no consequence\n", unnoticed, header);
}

void test_header_lengths(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string bytes = fixture.bytes();
  const uint64_t size = bytes.size();
  for (uint64_t length :
       {uint64_t{0}, uint64_t{1}, uint64_t{56}, size - 9, size - 8, size - 7, size, size + 64, uint64_t{1} << 31,
        uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX - 7, UINT64_MAX - 63, UINT64_MAX}) {
    CHECK(is_corrupt(folder.write("length", make_prefix(length) + bytes.substr(8))));
  }
}

void test_header_texts(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string header = make_header(fixture.package());
  const auto refuses = [&](const std::string& text) {
    return is_corrupt(folder.write("header", make_file(text, fixture.package())));
  };
  CHECK(!refuses(header));
  CHECK(!refuses(replace(header, "\"shape\":[", " \"shape\" :\n [\t")));
  for (const char* text : {"", "{", "}", "[]", "{}", "{}}", "null", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":{",
                           "{\"a\":{\"", "{\"a\":{\"shape\":[", "{\"a\":{\"shape\":[1,", "{\"a\":{}}", "{\"a\\"}) {
    CHECK(refuses(text));
  }
  CHECK(refuses(header + "x"));
  CHECK(refuses(header + "{}"));
  CHECK(refuses(std::string(1, '\0') + header));
  CHECK(refuses(replace(header, "{\"__metadata__\"", "{\"a\\u0041\":1,\"__metadata__\"")));
  for (const char* shape : {"[64,64,16]", "[]", "[0,60,16,4]", "[-4,60,16,4]", "[4.0,60,16,4]", "[4,60,16,4,1]",
                            "[99999999999999999999,60,16,4]", "[1073741824,1073741824,1073741824,1073741824]",
                            "[1,1,1,1,1,1,1,1,1]", "\"4\"", "[\"4\",60,16,4]"}) {
    CHECK(refuses(replace(header, "[4,60,16,4]", shape)));
  }
  CHECK(refuses(replace(header, "\"dtype\":\"U8\"", "\"dtype\":\"I8\"")));
  CHECK(refuses(replace(header, "\"dtype\":\"U8\"", "\"dtype\":\"BF16\"")));
  CHECK(refuses(replace(header, "\"dtype\":\"F32\"", "\"dtype\":\"I32\"")));
  CHECK(refuses(replace(header, "\"dtype\":\"U8\",", "")));
}

// conv1 begins the data: weights of 15360 bytes, then scales of 256.
void test_offsets(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::string header = make_header(fixture.package());
  const auto refuses = [&](const std::string& from, const std::string& to) {
    return is_corrupt(folder.write("offsets", make_file(replace(header, from, to), fixture.package())));
  };
  for (const char* offsets :
       {"[64,15424]", "[15360,0]", "[0,15359]", "[0,15361]", "[1,15361]", "[0]", "[]", "[0,15360,1]", "[0,-1]",
        "[18446744073709536256,18446744073709551615]", "[18446744073709551552,15296]", "[0,18446744073709551616]"}) {
    CHECK(refuses("[0,15360]", offsets));
  }
  // On top of the weights, beyond the end, and with a hole before it.
  CHECK(refuses("[15360,15616]", "[0,256]"));
  CHECK(refuses("[15360,15616]", "[1048576000,1048576256]"));
  CHECK(refuses("[15360,15616]", "[15424,15680]"));

  Package twice = fixture.package();
  twice.tensors.push_back(twice.tensors.front());
  CHECK(is_corrupt(folder.write("twice", make_file(make_header(twice), twice))));
  Package hole = fixture.package();
  hole.tensors.insert(hole.tensors.begin() + 1, {"unknown", "U8", {64}, std::string(64, '\0')});
  CHECK(open(folder.write("unknown", make_file(make_header(hole), hole))).ok());
  CHECK(is_corrupt(folder.write(
      "hole", make_file(replace(make_header(hole),
                                ",\"unknown\":{\"dtype\":\"U8\",\"shape\":[64],\"data_offsets\":[15360,15424]}", ""),
                        hole))));
}

void test_metadata(const ModelFixture& fixture, const TemporaryFolder& folder) {
  const std::pair<const char*, std::vector<const char*>> wrong[] = {
      {"format", {"", "tilescribe", "tilescribe-weights "}},
      {"version", {"", "0", "1", "3", "22", "2.0"}},
      {"layout", {"", "n16k8"}},
      {"width", {"", "0", "63", "128", "64.0", "-64", "99999999999", "x"}},
      {"heads", {"0", "2", "33"}},
      {"encoderLayers", {"0", "2", "65"}},
      {"decoderLayers", {"0", "2", "65"}},
      {"audioContext", {"1499", "1501"}},
      {"textContext", {"0", "15", "17", "449"}},
      {"vocabularySize", {"999", "1017", "60001"}},
      {"melBins", {"79", "128"}}};
  for (size_t i = 0; i < fixture.package().metadata.size(); i++) {
    for (const auto& [name, values] : wrong) {
      if (fixture.package().metadata[i].first != name) continue;
      Package without = fixture.package();
      without.metadata.erase(without.metadata.begin() + static_cast<int64_t>(i));
      CHECK(is_corrupt(folder.write("without", make_file(make_header(without), without))));
      for (const char* value : values) {
        Package other = fixture.package();
        other.metadata[i].second = value;
        const Status status = open(folder.write("other", make_file(make_header(other), other)));
        CHECK(status.code() == Code::kModelCorrupt);
        if (std::strcmp(name, "version") == 0) CHECK(status.message().find("version") != std::string::npos);
      }
    }
  }
}

void test_missing_tensors(const ModelFixture& fixture, const TemporaryFolder& folder) {
  for (size_t i = 0; i < fixture.package().tensors.size(); i++) {
    Package package = fixture.package();
    const std::string name = package.tensors[i].name;
    package.tensors.erase(package.tensors.begin() + static_cast<int64_t>(i));
    const Status status = open(folder.write("missing", make_file(make_header(package), package)));
    CHECK(status.code() == Code::kModelCorrupt);
    CHECK(status.message().find(name) != std::string::npos);
  }
}

// A zero point that is no byte would overflow the integer products; one that its group of 16 does not share
// would be taken for theirs.
void test_zero_points(const ModelFixture& fixture, const TemporaryFolder& folder) {
  for (int32_t zero : {-1, 256, INT32_MAX, INT32_MIN, 200}) {
    Package package = fixture.package();
    for (PackedTensor& tensor : package.tensors) {
      if (tensor.name == "decoder.tokens.zero") std::memcpy(&tensor.bytes[4 * 500], &zero, 4);
    }
    CHECK(is_corrupt(folder.write("zero", make_file(make_header(package), package))));
  }
}

// Opening does not read all data (src/engine/weights verifies its hash), so damage there may be seen only in what
// comes out. It must stay that: tokens of the vocabulary, or none.
void test_damaged_data(const ModelFixture& fixture, const TemporaryFolder& folder, Random& random) {
  const std::string whole = fixture.bytes();
  const std::vector<float> samples(static_cast<size_t>(kSamplesWithEdges), 0.25f);
  for (int round = 0; round < 24; round++) {
    Package package = fixture.package();
    for (PackedTensor& tensor : package.tensors) {
      for (int i = random.between(0, 3); i > 0; i--) {
        tensor.bytes[random.next() % tensor.bytes.size()] = static_cast<char>(round % 3 == 0 ? 0xff : random.next());
      }
    }
    for (PackedTensor& tensor : package.tensors) {
      // Left whole in most rounds, or nearly every file would be refused for its zero points.
      const bool is_zero = tensor.name.find(".zero") != std::string::npos;
      if (!is_zero || round % 8 == 0) continue;
      for (const PackedTensor& original : fixture.package().tensors) {
        if (original.name == tensor.name) tensor.bytes = original.bytes;
      }
    }
    std::unique_ptr<Session> session;
    const Status status = Session::open(folder.write("damaged", make_file(make_header(package), package)), 2, &session);
    if (!status.ok()) continue;
    TokenRule rule;
    rule.suppressed = std::make_shared<std::vector<uint8_t>>(1000, uint8_t{0});
    rule.top = 5;
    rule.temperature = 1;
    rule.uniforms = {0.5, 0.9};
    const int window = session->encode(samples.data(), 20);
    const StartResult result = session->start(window, {1, 2, 3}, rule, 1, 7);
    for (const auto& token : result.choice.top) CHECK(token.id >= 0 && token.id < 1000);
    for (const auto& token : result.choice.sampled) CHECK(token.id >= 0 && token.id < 1000);
  }
}

void test_no_descriptor_stays_open(const TemporaryFolder& folder) {
  const auto count = [] {
    int open_files = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
      open_files += entry.path().empty() ? 0 : 1;
    return open_files;
  };
  const std::string path = folder.write("text", std::string(5000, '{'));
  const int before = count();
  for (int i = 0; i < 50; i++) CHECK(is_corrupt(path) && is_corrupt(folder.path()));
  CHECK(count() == before);
}

}  // namespace

int main() {
  const ModelFixture fixture(smallest());
  const TemporaryFolder folder;
  Random random(12);
  test_whole_file(fixture, folder);
  test_changed_while_open(fixture, folder);
  test_replaced_while_open(fixture, folder);
  test_places_that_are_no_weights(folder);
  test_forbidden_file(fixture, folder);
  test_truncated(fixture, folder);
  test_longer(fixture, folder);
  test_flipped_header(fixture, folder, random);
  test_header_lengths(fixture, folder);
  test_header_texts(fixture, folder);
  test_offsets(fixture, folder);
  test_metadata(fixture, folder);
  test_missing_tensors(fixture, folder);
  test_zero_points(fixture, folder);
  test_damaged_data(fixture, folder, random);
  test_no_descriptor_stays_open(folder);
  return tilescribe::test::finish("weights");
}
