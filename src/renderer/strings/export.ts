/** Words of the export dialog. */
import type { ExportFormat } from '../../shared/export/formats.js';
import type { ShapeOptions } from '../../shared/shape.js';
import { EXPORT_ABOUT, SHAPE_ROW } from './names.js';

export const exporting = {
  title: (fileName: string) => `Export ${fileName}`,
  format: 'Format',
  about: (format: ExportFormat) => EXPORT_ABOUT[format],
  preview: 'Preview of the file',
  cut: '… and so on',
  cancel: 'Cancel',
  save: (format: ExportFormat) => `Save .${format}…`,
} as const;

export const shape = {
  title: 'Shape of the subtitles',
  on: 'Cut subtitles to fit the screen and the reader',
  row: (key: keyof ShapeOptions) => SHAPE_ROW[key],
} as const;
