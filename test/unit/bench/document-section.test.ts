import { expect, test } from 'vitest';
import { replaceSection } from '../../bench/document-section.js';

const DOCUMENT = `before
<!-- bench:hour:begin -->
old
<!-- bench:hour:end -->
between
<!-- bench:beams:begin -->
<!-- bench:beams:end -->
after
`;

test('only what is between the comments of the name is replaced', () => {
  expect(replaceSection(DOCUMENT, 'hour', 'new\n')).toBe(DOCUMENT.replace('old', '\nnew\n'));
  expect(replaceSection(DOCUMENT, 'beams', '| $& |')).toContain(
    'begin -->\n\n| $& |\n\n<!-- bench:beams:end -->\nafter\n',
  );
});

test('a part that the document does not have is refused', () => {
  expect(() => replaceSection(DOCUMENT, 'peers', 'new')).toThrow('has no part "peers"');
});
