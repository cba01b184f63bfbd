/** Asks before a transcript is deleted: it cannot be had back. */
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { strings } from '../../strings/en.js';

const { library: words } = strings;

export interface DeleteDialogProps {
  readonly fileName: string;
  readonly onCancel: () => void;
  readonly onDelete: () => void;
}

export function DeleteDialog({ fileName, onCancel, onDelete }: DeleteDialogProps) {
  return (
    <Dialog title={words.deleteTitle} closeLabel={words.keep} testId="delete-dialog" onClose={onCancel}>
      <div className="dialog-body">
        <p>{words.deleteText(fileName)}</p>
        <div className="dialog-buttons">
          <Button data-autofocus onClick={onCancel}>
            {words.keep}
          </Button>
          <Button look="danger" testId="delete-confirm" onClick={onDelete}>
            {words.deleteNow}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
