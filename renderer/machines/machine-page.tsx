/** One machine: its name and state, and its tabs. */
import { lazy, Suspense } from 'react';
import { TabPanel } from 'react-aria-components';
import type { Machine } from '../../shared/contract/machine.ts';
import { ErrorBoundary } from '../app/error-boundary.tsx';
import { useText } from '../i18n/i18n.ts';
import { type MachineTab, showMachine, useNavigation } from '../state/navigate.ts';
import { BusyTabPanel, Skeleton, Tabs } from '../ui/index.ts';
import { Aborted } from './aborted.tsx';
import { MachineHeader } from './machine-header.tsx';

const DetailsPage = lazy(() => import('./details/details-page.tsx'));
const LogPage = lazy(() => import('./log/log-page.tsx'));
const ConsolesPage = lazy(() => import('../console/consoles-page.tsx'));

export function MachinePage({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const tab = useNavigation((state) => state.tab);
  return (
    <>
      <MachineHeader machine={machine} />
      <Tabs<MachineTab>
        label={t('tab.label')}
        className="tabs-box page-tabs"
        value={tab}
        onChange={(value) => showMachine(machine.id, value)}
        tabs={[
          { value: 'details', label: t('tab.details') },
          { value: 'consoles', label: t('tab.consoles'), count: machine.consoles.length },
          { value: 'log', label: t('tab.log') },
        ]}
      >
        <TabPanel id="details" className="body" data-region>
          <Aborted machine={machine} />
          <Part>
            <DetailsPage key={machine.id} machine={machine} />
          </Part>
        </TabPanel>
        {/* Terminals keep what they show, and the focus, while another tab is in front. */}
        <BusyTabPanel id="consoles" className="body body-flush" shouldForceMount data-region>
          <Part>
            <ConsolesPage key={machine.id} machine={machine} />
          </Part>
        </BusyTabPanel>
        <TabPanel id="log" className="body body-flush" data-region>
          <Part>
            <LogPage key={machine.id} machine={machine} />
          </Part>
        </TabPanel>
      </Tabs>
    </>
  );
}

function Part({ children }: { readonly children: React.ReactNode }) {
  return (
    <ErrorBoundary>
      <Suspense fallback={<Skeleton rows={6} />}>{children}</Suspense>
    </ErrorBoundary>
  );
}
