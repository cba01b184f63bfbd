/** The system's dialogs. Each resolves to null or nothing when the user closes it. */
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import type { ExportFormat } from '../shared/export/index.js';
import { MEDIA_EXTENSIONS } from './media-files.js';

const FORMAT_NAMES: Readonly<Record<ExportFormat, string>> = {
  txt: 'Plain text',
  srt: 'SubRip subtitles',
  vtt: 'WebVTT subtitles',
  json: 'JSON',
  csv: 'CSV table',
  lrc: 'Lyrics with times',
  md: 'Markdown',
  docx: 'Word document',
};

export async function chooseMediaFiles(window: BrowserWindow): Promise<readonly string[]> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Choose recordings',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Audio and video', extensions: [...MEDIA_EXTENSIONS] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
  return canceled ? [] : filePaths;
}

export async function chooseLibraryFolder(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Choose where transcripts are kept',
    properties: ['openDirectory', 'createDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function chooseModelFolder(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Choose the folder with the model’s files',
    properties: ['openDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function askWhereToSave(
  window: BrowserWindow,
  suggestedPath: string,
  format: ExportFormat,
): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Save the transcript',
    defaultPath: suggestedPath,
    filters: [
      { name: FORMAT_NAMES[format], extensions: [format] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  return canceled || filePath === '' ? null : filePath;
}
