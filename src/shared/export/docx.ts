/**
 * A Word document (ECMA-376, WordprocessingML), with the least a reader asks for: content types, one relation,
 * the text. Written by hand but for the zip around it. The same transcript gives the same bytes: no dates inside.
 */
import { strToU8, zipSync } from 'fflate';
import { formatDuration } from '../time.js';
import type { Transcript } from '../transcript.js';
import { toSingleLine } from './lines.js';
import { listParagraphs } from './paragraphs.js';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const WORD_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

const CONTENT_TYPES = `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${WORD_TYPE}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${WORD_TYPE}.styles+xml"/></Types>`;
const PACKAGE_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`;
const DOCUMENT_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
const STYLES = `${XML}<w:styles xmlns:w="${MAIN}"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style></w:styles>`;

/** Dates of 1980-01-01, the first a zip can hold. */
const EARLIEST = new Date(1980, 0, 1);

/** What XML 1.0 cannot hold even escaped: control characters and halves of surrogate pairs. */
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu;

function escapeXml(text: string): string {
  return text
    .replaceAll(NOT_XML, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function writeRun(text: string, format = ''): string {
  const properties = format === '' ? '' : `<w:rPr>${format}</w:rPr>`;
  return `<w:r>${properties}<w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r>`;
}

function writeParagraphs({ fileName, segments }: Transcript): string {
  const title = `<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>${writeRun(toSingleLine(fileName))}</w:p>`;
  const rest = listParagraphs(segments).map(({ start, speaker, text }) => {
    const time = writeRun(`${formatDuration(start)}  `, '<w:color w:val="767676"/>');
    const name = speaker === null ? '' : writeRun(`${toSingleLine(speaker)}: `, '<w:b/>');
    return `<w:p>${time}${name}${writeRun(text)}</w:p>`;
  });
  return [title, ...rest].join('');
}

export function toDocx(transcript: Transcript): Uint8Array {
  const document = `${XML}<w:document xmlns:w="${MAIN}"><w:body>${writeParagraphs(transcript)}<w:sectPr/></w:body></w:document>`;
  const parts = {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': PACKAGE_RELATIONS,
    'word/_rels/document.xml.rels': DOCUMENT_RELATIONS,
    'word/document.xml': document,
    'word/styles.xml': STYLES,
  };
  const files = Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]));
  return zipSync(files, { mtime: EARLIEST });
}
