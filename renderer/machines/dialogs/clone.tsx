import { Dialog } from '../../ui/index.ts';

export interface CloneDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

export default function CloneDialog({ machine, onClose }: CloneDialogProps) {
  return (
    <Dialog title="Clone" onClose={onClose}>
      {machine}
    </Dialog>
  );
}
