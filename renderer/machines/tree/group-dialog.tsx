/** Moves a machine into another group, or into a new one. */
import { useState } from 'react';
import { nameFault } from '../../../shared/contract/limits.ts';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { useMachine, useMachines } from '../../state/stores.ts';
import { reporting } from '../../state/toasts.ts';
import { Button, Dialog, TextField } from '../../ui/index.ts';
import { arrange } from '../arrange.ts';
import { intoGroup, sections } from './order.ts';

export interface GroupDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

export default function GroupDialog({ machine: id, onClose }: GroupDialogProps) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHostConnection();
  const machines = useMachines();
  const machine = useMachine(id);
  const [name, setName] = useState('');
  if (!machine) return null;
  const trimmed = name.trim();
  const fault = trimmed === '' ? undefined : nameFault(trimmed);
  const move = (group: string) => {
    onClose();
    reporting(() => arrange(host, intoGroup(machines, id, group)));
  };
  const groups = sections(machines)
    .map(({ group }) => group)
    .filter((group) => group !== machine.settings.group && group !== '');
  return (
    <Dialog
      title={t('group.title', { name: machine.settings.name })}
      size="s"
      onClose={onClose}
      onSubmit={() => {
        if (trimmed !== '' && fault === undefined) move(trimmed);
      }}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.cancel')}</Button>
          <Button
            variant="primary"
            whyNot={trimmed === '' ? t('group.nameFirst') : fault === undefined ? undefined : t('group.badName')}
            onPress={() => move(trimmed)}
          >
            {t('group.move')}
          </Button>
        </>
      }
    >
      {(groups.length > 0 || machine.settings.group !== '') && (
        <div className="group-choices">
          {groups.map((group) => (
            <Button key={group} onPress={() => move(group)}>
              {group}
            </Button>
          ))}
          {machine.settings.group !== '' && <Button onPress={() => move('')}>{t('group.none')}</Button>}
        </div>
      )}
      <TextField
        autoFocus
        label={t('group.new')}
        value={name}
        onChange={setName}
        error={fault === undefined ? undefined : t('group.badName')}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && trimmed !== '' && fault === undefined) move(trimmed);
          else event.continuePropagation();
        }}
      />
    </Dialog>
  );
}
