import { Dialog } from '../../ui/index.ts';

export interface DeleteDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

export default function DeleteDialog({ machine, onClose }: DeleteDialogProps) {
  return (
    <Dialog title="Delete" onClose={onClose}>
      {machine}
    </Dialog>
  );
}
