import { Dialog } from '../../ui/index.ts';

export default function NewMachineDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="NewMachine" onClose={onClose}>
      {null}
    </Dialog>
  );
}
