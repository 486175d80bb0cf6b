import './dialogs.css';
import { ArchiveRestore, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components';
import { formatBytes } from '../../../shared/base/units.ts';
import type { TrashedMachine } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { momentText } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import { showMachine } from '../../state/navigate.ts';
import { toast } from '../../state/toasts.ts';
import { Banner, Button, ConfirmDialog, Dialog, IconButton, Skeleton, Spinner } from '../../ui/index.ts';
import { endRemovalMessages } from '../remove.ts';
import { useTrash } from './use-trash.ts';

/** What is to be deleted for ever: one machine, or all that are listed. */
type Asked = { readonly what: 'one'; readonly machine: TrashedMachine } | { readonly what: 'all' };

/** Deleted machines: back, or gone for ever. */
export default function TrashDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHost();
  const { machines, busy, error, restore, purge } = useTrash();
  const [asked, setAsked] = useState<Asked | null>(null);
  useEffect(endRemovalMessages, []);
  const count = machines?.length ?? 0;
  const size = formatBytes(bytesOf(machines ?? []));
  const whyNoWrites = host.mayWrite
    ? undefined
    : tApp(host.status === 'connected' ? 'why.viewOnly' : 'why.notConnected');

  const takeBack = async (id: string) => {
    const machine = await restore(id);
    if (!machine) return;
    showMachine(id);
    toast({ text: t('trash.restored', { name: machine.settings.name }) });
  };
  return (
    <Dialog
      title={t('trash.title')}
      onClose={onClose}
      flush
      footer={
        <>
          <span className="muted ell">{count > 0 && t('trash.sum', { count, size })}</span>
          <span className="grow" />
          <Button
            variant="danger"
            whyNot={whyNoWrites ?? (count === 0 ? t('trash.nothingToEmpty') : undefined)}
            onPress={() => setAsked({ what: 'all' })}
          >
            {t('trash.purgeAll')}
          </Button>
          <Button onPress={onClose}>{tApp('common.close')}</Button>
        </>
      }
    >
      <div className="trash-box">
        {error && (
          <Banner level="error" title={error.message}>
            {error.nextStep}
          </Banner>
        )}
        {!machines && !error && <Skeleton rows={4} height={40} />}
        {machines && count === 0 && <p className="trash-empty muted">{t('trash.empty')}</p>}
        {machines && count > 0 && (
          <GridList
            // The dialog opens before the list is there.
            autoFocus="first"
            className="trash-list"
            aria-label={t('trash.list')}
            items={machines}
            dependencies={[busy, whyNoWrites]}
          >
            {(machine) => (
              <TrashRow
                machine={machine}
                busy={busy.has(machine.id)}
                whyNot={whyNoWrites}
                onRestore={() => void takeBack(machine.id)}
                onPurge={() => setAsked({ what: 'one', machine })}
              />
            )}
          </GridList>
        )}
      </div>
      {asked && (
        <ConfirmDialog
          title={
            asked.what === 'one' ? t('trash.sureOne', { name: asked.machine.name }) : t('trash.sureAll', { count })
          }
          text={t('trash.sureText', { size: asked.what === 'one' ? formatBytes(asked.machine.bytes) : size })}
          action={t('trash.purge')}
          danger
          onConfirm={() => void purge(asked.what === 'one' ? asked.machine.id : undefined)}
          onClose={() => setAsked(null)}
        />
      )}
    </Dialog>
  );
}

function bytesOf(machines: readonly TrashedMachine[]): number {
  return machines.reduce((sum, { bytes }) => sum + bytes, 0);
}

interface TrashRowProps {
  readonly machine: TrashedMachine;
  readonly busy: boolean;
  readonly whyNot: string | undefined;
  readonly onRestore: () => void;
  readonly onPurge: () => void;
}

function TrashRow({ machine: { id, name, deletedAt, bytes }, busy, whyNot, onRestore, onPurge }: TrashRowProps) {
  const t = useText('machines');
  // The buttons stay meanwhile: one of them has the focus.
  const reason = whyNot ?? (busy ? t('trash.busy') : undefined);
  return (
    <GridListItem id={id} textValue={name} className="trash-row">
      <span className="strong ell" title={name}>
        {name}
      </span>
      <span className="muted ell">{t('trash.deleted', { when: momentText(deletedAt) })}</span>
      <span className="muted trash-size">{busy ? <Spinner /> : formatBytes(bytes)}</span>
      <span className="trash-ways">
        <Button
          size="s"
          icon={ArchiveRestore}
          aria-label={t('trash.restoreName', { name })}
          whyNot={reason}
          onPress={onRestore}
        >
          {t('trash.restore')}
        </Button>
        <IconButton size="s" icon={Trash2} label={t('trash.purgeName', { name })} whyNot={reason} onPress={onPurge} />
      </span>
    </GridListItem>
  );
}
