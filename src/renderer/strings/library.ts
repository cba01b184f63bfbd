/** Words of the library. */

export const library = {
  lead: (folder: string) =>
    folder === '' ? 'Every transcript, as plain files.' : `Every transcript, as plain files in ${folder}.`,
  search: 'Search names and words',
  count: (count: number) => (count === 1 ? '1 transcript' : `${count} transcripts`),
  empty: 'No transcripts yet',
  emptyHint: 'Whatever you transcribe is kept here, until you delete it.',
  noMatch: 'Nothing found',
  noMatchHint: 'No name and no transcript holds these words.',
  reveal: (fileName: string) => `Show the folder of ${fileName}`,
  remove: (fileName: string) => `Delete ${fileName}`,
  deleteTitle: 'Delete this transcript?',
  deleteText: (fileName: string) =>
    `The transcript of ${fileName} is deleted from the disk, with its edits and the copy of its sound. It cannot be had back. The recording itself is not touched.`,
  deleteNow: 'Delete',
  keep: 'Keep it',
  deleted: 'Transcript deleted',
} as const;
