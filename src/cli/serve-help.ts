/** What `tilescribe serve --help` prints. */
export const SERVE_HELP = `Usage: tilescribe serve [OPTION]...

Answers transcription requests over HTTP, in the manner of OpenAI's API:
POST /v1/audio/transcriptions, POST /v1/audio/translations, GET /v1/models,
GET /healthz, GET /metrics. Up to 4 requests are worked on side by side.

  --host ADDRESS         where to listen; other addresses than this machine's own
                         need an --api-key (default: 127.0.0.1)
  --port NUMBER          0 takes any that is free (default: 8642)
  --api-key KEY          what clients must send as their API key; better given in
                         the environment, as TILESCRIBE_API_KEY (default: none)
  --model ID             what the model name "whisper-1" stands for
                         (default: base)
  --device DEVICE        auto, cpu or onnx (default: auto)
  --threads NUMBER       CPU threads, 0 for one per core (default: 0)
  --queue-size NUMBER    requests that may wait; one more is answered 429
                         (default: 16)
  --max-file-size MB     largest recording (default: 1000)
  --time-limit SECONDS   longest time for one request, upload and waiting
                         included (default: 3600)
  --grace-period SECONDS how long requests under way may go on after Ctrl-C or
                         SIGTERM (default: 30)
  -h, --help             show this text
`;
