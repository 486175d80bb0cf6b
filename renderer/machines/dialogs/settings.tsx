import { Dialog } from '../../ui/index.ts';

export interface SettingsDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

export default function SettingsDialog({ machine, onClose }: SettingsDialogProps) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      {machine}
    </Dialog>
  );
}
