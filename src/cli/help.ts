/** What `tilescribe --help` prints. */
export const HELP = `Usage: tilescribe [OPTION]... FILE...
       tilescribe serve [OPTION]...    (tilescribe serve --help; a file of that
                                       name is ./serve)
       tilescribe doctor [--json]
       tilescribe model-npu [--json]

Transcribes speech in audio and video files, on this machine. The transcript is
printed on standard output as it is made; progress goes to standard error.
With "-" as FILE, the recording is read from standard input. Several files are
transcribed side by side, up to 4 at once, which is faster than one by one and
gives the same text; it is printed in the order of the files.

What to hear
  --model ID               base, tiny, or base.en, which knows English alone
                           (default: base)
  --language LANGUAGE      auto, auto-multi (may change in the recording), a
                           code (en) or a name (English) (default: auto)
  --languages A,B,C        the only languages that auto may find, codes or names
                           with commas between (default: all)
  --task TASK              transcribe, or translate into English
                           (default: transcribe)
  --temperature NUMBER     0 to 1, where decoding starts; a passage that comes
                           out badly is tried again hotter (default: 0)
  --beam-size NUMBER       texts pursued side by side at temperature 0, 1 to 10:
                           1 is fast, 5 thorough (default: 1)
  --patience NUMBER        how many times --beam-size texts must have ended
                           before the best is taken (default: 1)
  --length-penalty NUMBER  0 to 1: the higher, the more a long text is favoured
                           when the best is chosen (default: the best is that
                           of the highest mean log-probability)
  --best-of NUMBER         samples drawn side by side at temperatures above 0,
                           1 to 10; the most likely is kept (default: 5)
  --initial-prompt TEXT    what might have been said before: names, terms, style
  --vocabulary FILE|A,B,C  names and terms to expect in all of the recording, with
                           commas between or one on each line of a file
  --replace FROM=TO        write TO for the words FROM, exactly as typed; can be
                           given several times
  --device DEVICE          auto, cpu (the native engine), onnx, npu, or
                           npu-emulated: the NPU's way of working without one,
                           slowly (default: auto)
  --npu-vocabulary WHICH   what the NPU chooses from: full, or sparse, the most
                           frequent tokens where it is sure (default: full)
  --spare-cpu              with --device auto: take the NPU even where the CPU
                           is faster
  --batch-size NUMBER      passages decoded side by side: 1 goes through the
                           file in order, each passage with the text before it
                           as its context; more is faster (default: 1)
  --vad MODE               what to leave out as holding no speech: auto (only
                           what is certain), strict (all but speech) or off
                           (default: auto)
  --clip-timestamps START,END
                           transcribe only this stretch, in seconds, and all of
                           it, whatever it holds
  --word-timestamps BOOLEAN
                           true or false: whether json and vtt say when each
                           word is said; needs the native engine (default: true)
  --threads NUMBER         CPU threads, 0 for one per core (default: 0)

What to write
  -f, --output-format FORMAT
                           txt, srt, vtt, json, csv, lrc, md, docx or all. Without
                           this option, --output-dir and the limits of subtitles
                           no file is written; with one of those alone the format
                           is srt
  -o, --output-dir DIR     folder for the files, made when it does not exist
                           (default: the current folder)
  --max-line-width NUMBER
  --max-line-count NUMBER
  --max-characters-per-second NUMBER
                           any of these cuts srt and vtt into subtitles of at
                           most 42 characters a line, 2 lines, 20 characters a
                           second, or what is given; otherwise a subtitle is a
                           segment as Whisper made it
  --json-events            print one JSON object a line on standard output in
                           place of the transcript: every event, with tokens;
                           jobId is the position of the FILE, from 1. Events of
                           files that are transcribed side by side interleave

Other
  --fetch-model ID         fetch a model, or repair it, then end
  doctor                   as the first word: say what this machine lacks, and
                           how to mend it (a FILE of that name is ./doctor)
  model-npu                as the first word: what a step of the decoder takes on
                           the NPU by its bytes and products, modelled
  -h, --help               show this text
  --version                show the version

talk.mp4 is written to talk.srt; when two files would get the same name, the
later one is written to talk.mp4.srt. What was transcribed before a failure or
an interrupt (Ctrl-C) is written to talk.partial.srt. Option names can be
spelled as in Whisper, too: --output_format is --output-format. Names that
start with a dash go after "--".

Times in csv are whole milliseconds; json has Whisper's field names.

Exit status: 0 when all went well, 1 when any FILE failed (the others are still
done), 2 for wrong usage, 130 after an interrupt. A second Ctrl-C ends at once.
`;
