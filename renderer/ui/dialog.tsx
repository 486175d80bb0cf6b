import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../i18n/i18n.ts';
import { Button, IconButton } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** 440, 640 or 880 wide. */
  readonly size?: 's' | 'm' | 'l';
  /** Buttons at the right of the foot; what stands before `<span className="grow" />` is at its left. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
  /** Called by Ctrl/Cmd+Enter: what the primary button does. */
  readonly onSubmit?: () => void;
  readonly role?: 'dialog' | 'alertdialog';
  /** Without padding, for a dialog that divides its room itself. */
  readonly flush?: boolean;
  /** Something is typed in it that a click beside it must not lose. */
  readonly sticky?: boolean;
}

/** Open for as long as it is rendered; `onClose` is called by Escape, the cross, and a click beside it. */
export function Dialog({
  title,
  onClose,
  size = 'm',
  footer,
  children,
  onSubmit,
  role = 'dialog',
  flush = false,
  sticky = false,
}: DialogProps) {
  const t = useText('app');
  return (
    <ModalOverlay
      className="scrim"
      isOpen
      isDismissable={role === 'dialog' && !sticky}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={`dlg dlg-${size}`}>
        <AriaDialog className="dlg-in" role={role}>
          <div
            className="dlg-in"
            // Before radio buttons and the like, which keep what they hear to themselves
            onKeyDownCapture={(event) => {
              if (onSubmit && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                event.stopPropagation();
                onSubmit();
              }
            }}
          >
            <header>
              <Heading slot="title" level={1} className="grow ell">
                {title}
              </Heading>
              <IconButton label={t('common.close')} icon={X} onPress={onClose} />
            </header>
            <div className={flush ? 'dlg-body dlg-flush' : 'dlg-body'}>{children}</div>
            {footer !== undefined && <footer>{footer}</footer>}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface ConfirmDialogProps {
  readonly title: string;
  readonly text: ReactNode;
  /** A verb: what the button does. */
  readonly action: string;
  readonly danger?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Only before what cannot be undone. Cancel has the focus. */
export function ConfirmDialog({ title, text, action, danger = false, onConfirm, onClose }: ConfirmDialogProps) {
  const t = useText('app');
  const confirm = () => {
    onClose();
    onConfirm();
  };
  return (
    <Dialog
      title={title}
      size="s"
      role="alertdialog"
      onClose={onClose}
      onSubmit={confirm}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose} autoFocus>
            {t('common.cancel')}
          </Button>
          <Button variant={danger ? 'danger' : 'primary'} onPress={confirm}>
            {action}
          </Button>
        </>
      }
    >
      <div className="dlg-text">{text}</div>
    </Dialog>
  );
}
