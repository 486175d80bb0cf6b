/** What is said about a machine in one line. */
import { formatBytes } from '../../shared/base/units.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import { durationText, momentText, secondsText } from '../i18n/format.ts';
import { i18n } from '../i18n/i18n.ts';

const t = i18n.t;

export function stateText(machine: Machine): string {
  return t(`machines:state.${machine.state}`);
}

/** The second line of its row in the tree. */
export function rowText(machine: Machine): string {
  const state = stateText(machine);
  const memory = formatBytes((machine.active ?? machine.settings).memory);
  if (machine.state === 'aborted') {
    const at = machine.failure?.at ?? machine.since;
    return t('machines:row.aborted', { state, at: momentText(at) });
  }
  if (machine.active !== null) return t('machines:row.up', { state, memory });
  return t('machines:row.off', { state, memory, count: machine.settings.cores });
}

/** Beside its name and state. */
export function factText(machine: Machine, now: number): string {
  const { since, state, bootMs, failure } = machine;
  switch (state) {
    case 'running':
      return bootMs === null
        ? t('machines:fact.up', { duration: durationText(now - since) })
        : t('machines:fact.boots', { duration: durationText(now - since), boot: secondsText(bootMs) });
    case 'paused':
    case 'starting':
    case 'stopping':
      return t('machines:fact.up', { duration: durationText(now - since) });
    case 'aborted':
      return t('machines:fact.aborted', { at: momentText(failure?.at ?? since, now), message: failure?.message ?? '' });
    case 'powered-off':
      return t('machines:fact.off', { at: momentText(since, now) });
  }
}
