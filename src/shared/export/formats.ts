/** What a transcript can be saved as. */
export const TEXT_FORMATS = ['txt', 'srt', 'vtt', 'json', 'csv', 'lrc', 'md'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

export const EXPORT_FORMATS = [...TEXT_FORMATS, 'docx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
