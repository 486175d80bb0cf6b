import { Dialog } from '../../ui/index.ts';

export default function TrashDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Trash" onClose={onClose}>
      {null}
    </Dialog>
  );
}
