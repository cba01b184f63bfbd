/** What the decoder knew when it said a token: its id, how probable, what else it weighed, how long it took. */
import './token-card.css';
import { formatLatency, formatShare } from '../../format.js';
import { useInspected } from '../../stores/inspected.js';
import { strings } from '../../strings/en.js';

const { tokens: words } = strings;
const WIDTH_PX = 264;
const HEIGHT_PX = 220;
const GAP_PX = 8;

interface Place {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** Below the token, or above it where there is no room. */
function placeCard({ left, top, bottom }: Place) {
  const isBelow = bottom + GAP_PX + HEIGHT_PX < window.innerHeight;
  return {
    left: Math.max(GAP_PX, Math.min(left, window.innerWidth - WIDTH_PX - GAP_PX)),
    ...(isBelow ? { top: bottom + GAP_PX } : { bottom: window.innerHeight - top + GAP_PX }),
  };
}

function showSpace(text: string): string {
  return text === '' ? words.noText : text.replaceAll(' ', '␣').replaceAll('\n', '⏎');
}

function Candidate({ text, probability, isTaken }: { text: string; probability: number; isTaken: boolean }) {
  return (
    <li className="token-candidate" data-taken={isTaken}>
      <span className="token-candidate-text" dir="auto">
        {showSpace(text)}
      </span>
      <span className="token-bar" aria-hidden="true">
        <span style={{ inlineSize: `${Math.max(1, probability * 100)}%` }} />
      </span>
      <span>{formatShare(probability)}</span>
    </li>
  );
}

export function TokenCard() {
  const inspected = useInspected((state) => state.inspected);
  if (inspected === null) return null;
  const { token, isPending, place } = inspected;
  return (
    <div className="token-card" role="tooltip" data-testid="token-card" style={placeCard(place)}>
      <header className="token-head">
        <strong dir="auto">{showSpace(token.text)}</strong>
        <span>{isPending ? words.pending : words.final}</span>
      </header>
      <dl className="token-facts">
        <dt>{words.id}</dt>
        <dd>{token.id}</dd>
        <dt>{words.probability}</dt>
        <dd>{formatShare(token.probability)}</dd>
        <dt>{words.latency}</dt>
        <dd>{token.latencyMs === null ? words.unknown : formatLatency(token.latencyMs)}</dd>
      </dl>
      {token.alternatives === null ? (
        <p className="token-none">{words.noCandidates}</p>
      ) : (
        <ol className="token-candidates" aria-label={words.candidates}>
          <Candidate text={token.text} probability={token.probability} isTaken />
          {token.alternatives.map(({ id, text, probability }) => (
            <Candidate key={id} text={text} probability={probability} isTaken={false} />
          ))}
        </ol>
      )}
    </div>
  );
}
