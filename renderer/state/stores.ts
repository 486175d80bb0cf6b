/** What the host told this window, fed by its watch streams (`feed.ts`). Kept while the connection is lost. */
import { create } from 'zustand';
import type { HostInfo, HostStatus, Notice } from '../../shared/contract/host.ts';
import type { Machine, Usage } from '../../shared/contract/machine.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import type { UsageByMachine } from './usage.ts';

export interface HostState {
  /** Null until the host first said so. In the order of the tree. */
  readonly machines: readonly Machine[] | null;
  readonly operations: readonly Operation[];
  readonly usage: UsageByMachine;
  readonly preferences: Preferences | null;
  readonly info: HostInfo | null;
  readonly status: HostStatus | null;
  readonly notices: readonly Notice[];
}

export const useHostState = create<HostState>(() => ({
  machines: null,
  operations: [],
  usage: new Map(),
  preferences: null,
  info: null,
  status: null,
  notices: [],
}));

const NO_MACHINES: readonly Machine[] = [];
const NO_USAGE: readonly Usage[] = [];

/** All machines in the order of the tree; empty until the host has answered (see `useMachinesKnown`). */
export function useMachines(): readonly Machine[] {
  return useHostState((state) => state.machines ?? NO_MACHINES);
}

export function useMachinesKnown(): boolean {
  return useHostState((state) => state.machines !== null);
}

export function useMachine(id: string | null | undefined): Machine | undefined {
  return useHostState((state) => state.machines?.find((machine) => machine.id === id));
}

/** Up to 60 samples, one a second, oldest first; empty unless it runs. */
export function useUsage(id: string): readonly Usage[] {
  return useHostState((state) => state.usage.get(id) ?? NO_USAGE);
}

export function useOperations(): readonly Operation[] {
  return useHostState((state) => state.operations);
}

export function usePreferences(): Preferences | null {
  return useHostState((state) => state.preferences);
}

export function useHostInfo(): HostInfo | null {
  return useHostState((state) => state.info);
}

export function useHostStatus(): HostStatus | null {
  return useHostState((state) => state.status);
}

export function useNotices(): readonly Notice[] {
  return useHostState((state) => state.notices);
}

/** For code outside of components. */
export function machineById(id: string | null | undefined): Machine | undefined {
  return useHostState.getState().machines?.find((machine) => machine.id === id);
}
