// The program as JSON: the same names as the structures of program.h. Only names and numbers are in it, so nothing
// needs to be escaped.
#include "npu/instructions.h"
#include "npu/program.h"

namespace tilescribe::npu {
namespace {

class Writer {
 public:
  Writer& key(const char* name) {
    comma();
    text_ += '"' + std::string(name) + "\":";
    fresh_ = true;
    return *this;
  }
  Writer& value(const std::string& text) {
    comma();
    text_ += '"' + text + '"';
    return *this;
  }
  Writer& value(int64_t number) {
    comma();
    text_ += std::to_string(number);
    return *this;
  }
  Writer& begin(char bracket) {
    comma();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  Writer& end(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }
  Writer& number(const char* name, int64_t number) { return key(name).value(number); }
  Writer& string(const char* name, const std::string& text) { return key(name).value(text); }
  std::string take() { return std::move(text_); }

 private:
  void comma() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  std::string text_;
  bool fresh_ = true;
};

const char* name_of(Direction direction) { return direction == Direction::kToMemory ? "S2MM" : "MM2S"; }

const char* name_of(Patch patch) {
  switch (patch) {
    case Patch::kText: return "text";
    case Patch::kWindow: return "window";
    case Patch::kVocabulary: return "vocabulary";
    case Patch::kResults: return "results";
    case Patch::kNone: break;
  }
  return "none";
}

void write_descriptor(Writer& out, const DescriptorPlan& d) {
  out.begin('{').number("id", d.id).string("direction", name_of(d.direction)).number("channel", d.channel);
  out.string("buffer", d.buffer).number("offset", d.offset).number("lengthWords", d.length_words);
  out.key("dimensions").begin('[');
  for (const DimensionPlan& dimension : d.dimensions) {
    out.begin('{').number("wrap", dimension.wrap).number("strideWords", dimension.stride_words).end('}');
  }
  out.end(']');
  out.number("iterationWrap", d.iteration.wrap).number("iterationStrideWords", d.iteration.stride_words);
  out.number("acquireLock", d.acquire_lock).number("acquireValue", d.acquire_value);
  out.number("releaseLock", d.release_lock).number("releaseValue", d.release_value).number("next", d.next).end('}');
}

void write_tile(Writer& out, const TilePlan& tile) {
  out.begin('{').number("column", tile.column).number("row", tile.row);
  out.number("stackBytes", tile.stack_bytes).number("programBytes", tile.program_bytes);
  out.key("buffers").begin('[');
  for (const BufferPlan& buffer : tile.buffers) {
    out.begin('{').string("name", buffer.name).number("address", buffer.address).number("bytes", buffer.bytes);
    out.number("live", buffer.live).end('}');
  }
  out.end(']').key("locks").begin('[');
  for (const LockPlan& lock : tile.locks) {
    out.begin('{').number("id", lock.id).string("name", lock.name).number("initial", lock.initial).end('}');
  }
  out.end(']').key("descriptors").begin('[');
  for (const DescriptorPlan& descriptor : tile.descriptors) write_descriptor(out, descriptor);
  out.end(']').end('}');
}

void write_end(Writer& out, const EndPoint& end) {
  out.begin('{').number("column", end.column).number("row", end.row).number("channel", end.channel).end('}');
}

void write_sequence(Writer& out, const SequencePlan& sequence) {
  out.begin('{').number("rows", sequence.rows).number("runs", sequence.runs).key("tasks").begin('[');
  for (const TaskPlan& task : sequence.tasks) {
    out.begin('{').number("column", task.column).string("direction", name_of(task.direction));
    out.number("channel", task.channel).string("argument", npu::name_of(task.argument));
    out.number("offset", static_cast<int64_t>(task.offset)).number("lengthWords", task.length_words);
    out.string("patch", name_of(task.patch)).number("layer", task.layer).number("index", task.index).end('}');
  }
  out.end(']').end('}');
}

}  // namespace

std::string to_json(const ProgramPlan& program) {
  Writer out;
  out.begin('{').string("name", program.name).number("layers", program.config.decoder_layers);
  out.number("width", program.config.width).number("heads", program.config.heads);
  out.number("vocabulary", program.config.vocabulary).number("vocabularyPages", program.vocabulary_pages);
  out.number("sparsePages", program.sparse_pages).number("pageBytes", tile::kPageBytes);
  out.number("textSlots", program.text_slots).number("windowSlots", program.window_slots);
  out.number("contexts", program.contexts).number("queueDepth", kQueueDepth);
  out.number("readDescriptors", kReadDescriptors).number("writeDescriptors", kWriteDescriptors);
  out.number("weightPagesPerPair", program.weights.pages_per_pair);
  out.key("arguments").begin('[');
  for (int i = 0; i < kArguments; i++) {
    out.begin('{').string("name", npu::name_of(static_cast<Argument>(i)));
    out.number("bytes", static_cast<int64_t>(program.argument_bytes[i])).end('}');
  }
  out.end(']').key("tiles").begin('[');
  for (const TilePlan& tile : program.tiles) write_tile(out, tile);
  out.end(']').key("routes").begin('[');
  for (const RoutePlan& route : program.routes) {
    out.begin('{').key("from");
    write_end(out, route.from);
    out.key("to").begin('[');
    for (const EndPoint& to : route.to) write_end(out, to);
    out.end(']').end('}');
  }
  out.end(']').key("sequences").begin('[');
  for (const SequencePlan& sequence : program.sequences) write_sequence(out, sequence);
  return out.end(']').end('}').take();
}

}  // namespace tilescribe::npu
