import './details.css';
import { Copy, Cpu, FolderOpen, Info } from 'lucide-react';
import { MAX_CONSOLES } from '../../../shared/contract/limits.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { momentText } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import { openDialog } from '../../state/dialogs.ts';
import { useHostInfo, useHostStatus, useMachines } from '../../state/stores.ts';
import { reporting, toast } from '../../state/toasts.ts';
import { IconButton } from '../../ui/index.ts';
import {
  checkCommandLine,
  checkCores,
  checkMemory,
  checkName,
  memoryText,
  parseCount,
  parseMemory,
} from '../fields/checks.ts';
import { describeField } from '../fields/describe.ts';
import { Card } from './card.tsx';
import { Description } from './description.tsx';
import { Preview } from './preview.tsx';
import { ChoiceProperty, Row, TextProperty } from './property.tsx';

/** What a machine is, as cards; every value is edited where it stands. */
export default function DetailsPage({ machine }: { readonly machine: Machine }) {
  return (
    <div className="details">
      <div className="details-cards">
        <General machine={machine} />
        <Preview machine={machine} />
        <System machine={machine} />
        <Description machine={machine} />
      </div>
    </div>
  );
}

function General({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const machines = useMachines();
  const groups = [...new Set(machines.map(({ settings }) => settings.group))].filter((group) => group !== '').sort();
  const showItem = window.innkeeper?.showItem;
  return (
    <Card icon={Info} title={t('details.general')} className="card-general">
      <dl className="props">
        <TextProperty
          machine={machine}
          field="name"
          format={(name) => name}
          parse={(text) => text.trim()}
          check={(text) => checkName(text.trim(), machines, machine.id)}
        />
        <ChoiceProperty
          machine={machine}
          field="group"
          choices={['', ...groups].map((group) => ({
            id: group === '' ? 'none' : `group ${group}`,
            label: group === '' ? t('value.none') : group,
            value: group,
          }))}
          other={{ label: t('group.new'), onAction: () => openDialog({ kind: 'group', machine: machine.id }) }}
        />
        <Row
          label={t('field.folder')}
          action={
            <span className="row">
              <IconButton
                size="s"
                icon={Copy}
                label={t('details.copyPath')}
                onPress={() =>
                  reporting(async () => {
                    await navigator.clipboard.writeText(machine.folder);
                    toast({ text: t('details.pathCopied') });
                  })
                }
              />
              {showItem && (
                <IconButton
                  size="s"
                  icon={FolderOpen}
                  label={t('details.openFolder')}
                  onPress={() => reporting(() => showItem(machine.folder))}
                />
              )}
            </span>
          }
        >
          <span className="mono selectable path" title={machine.folder}>
            {machine.folder}
          </span>
        </Row>
        <Row label={t('field.created')}>{momentText(machine.createdAt)}</Row>
      </dl>
    </Card>
  );
}

function System({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const info = useHostInfo();
  const status = useHostStatus();
  const { boot } = machine.settings;
  const bootKind = boot.kind === 'linux' ? boot.kernel : 'files';
  const cores = machine.settings.cores;
  return (
    <Card icon={Cpu} title={t('details.system')} className="card-system">
      <dl className="props">
        <TextProperty
          machine={machine}
          field="cores"
          shown={info ? t('value.coresOf', { count: cores, most: info.limits.cores }) : undefined}
          format={String}
          parse={parseCount}
          check={(text) => checkCores(parseCount(text), info)}
        />
        <TextProperty
          machine={machine}
          field="memory"
          format={memoryText}
          parse={parseMemory}
          check={(text) => checkMemory(parseMemory(text), bootKind, { info, status })}
        />
        <ChoiceProperty
          machine={machine}
          field="boot"
          choices={[
            { id: 'stock', label: t('boot.stock'), value: { kind: 'linux', kernel: 'stock' } },
            { id: 'small', label: t('boot.small'), value: { kind: 'linux', kernel: 'small' } },
          ]}
          other={{
            label: `${t('boot.files')}…`,
            onAction: () => openDialog({ kind: 'settings', machine: machine.id, section: 'boot' }),
          }}
        />
        <TextProperty
          machine={machine}
          field="commandLine"
          mono={machine.settings.commandLine !== ''}
          format={(text) => text}
          parse={(text) => text.trim()}
          check={checkCommandLine}
        />
        <ChoiceProperty
          machine={machine}
          field="consoles"
          choices={Array.from({ length: MAX_CONSOLES }, (_, n) => ({
            id: String(n + 1),
            label: describeField('consoles', n + 1),
            value: n + 1,
          }))}
        />
        <ChoiceProperty
          machine={machine}
          field="transport"
          choices={[
            { id: 'pci', label: t('value.transport.pci'), value: 'pci' },
            { id: 'mmio', label: t('value.transport.mmio'), value: 'mmio' },
          ]}
        />
      </dl>
    </Card>
  );
}
