import { Dialog } from '../ui/index.ts';

export default function PreferencesDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Preferences" onClose={onClose}>
      {null}
    </Dialog>
  );
}
