/** Words of the frame of the window: places, device, messages, dropping, keys. */
import type { DeviceChoice } from '../devices.js';
import type { View } from '../views.js';
import { DEVICE_HINT, DEVICE_NAME, VIEW_NAME } from './names.js';

export const shell = {
  newTitle: 'New transcription',
  privacy: 'Stays on this computer',
  views: 'Places',
  menu: 'Show or hide the sidebar',
  viewName: (view: View) => VIEW_NAME[view],
} as const;

export const device = {
  label: 'Device',
  group: 'Device that transcribes',
  name: (device: DeviceChoice) => DEVICE_NAME[device],
  hint: (device: DeviceChoice) => DEVICE_HINT[device],
  refused: (device: DeviceChoice) => `${DEVICE_NAME[device]} cannot be used`,
  npuUnknown: 'Looking for an NPU…',
  toDoctor: 'Open the doctor',
} as const;

export const messages = {
  dismiss: 'Dismiss',
  region: 'Messages',
  noPath: 'What was dropped is not a file on this computer.',
  noPathRemedy: 'Save it to disk first, then drop it here.',
  noPasted: 'The clipboard holds no file.',
  noPastedRemedy: 'Copy a file in your file manager, or its full path, and paste again.',
  noMedia: 'No audio or video files were found there.',
  noMediaRemedy: 'Choose a folder that holds recordings, or the files themselves.',
  jobState: (fileName: string, state: string) => `${fileName}: ${state}`,
} as const;

export const drop = {
  start: 'Drop to transcribe',
  add: 'Drop to add to the queue',
} as const;

export const shortcuts = {
  title: 'Keyboard shortcuts',
  open: 'Choose files',
  new: 'New transcription',
  paste: 'Paste a file or a path',
  export: 'Export',
  copy: 'Copy the whole text',
  copySelection: 'Copy the selection',
  play: 'Play or pause',
  edit: 'Edit the segment',
  split: 'While editing: split at the caret',
  join: 'While editing: join with the segment before',
  search: 'Search and replace',
  review: 'Next or previous doubtful word',
  undo: 'Undo, redo',
  move: 'Move a waiting file in the queue',
  cancel: 'Cancel the running job',
  queue: 'Move in the queue, or in any list',
  ends: 'First or last of a list',
  quit: 'Quit',
  zoom: 'Larger, smaller, usual size',
  fullScreen: 'Full screen',
  remove: 'Remove a file from the queue',
  segments: 'Next or previous segment',
  leave: 'Close what is open',
  help: 'This list',
  close: 'Close',
} as const;
