/** Where the user is, kept in the address's hash, so that a reload returns there. */
import { create } from 'zustand';

export const TABS = ['details', 'consoles', 'log'] as const;
export type MachineTab = (typeof TABS)[number];

export type Place =
  /** No machine is chosen: the first page, or the first machine once there is one. */
  | { readonly page: 'home' }
  | { readonly page: 'machine'; readonly machine: string; readonly tab: MachineTab }
  /** A window that shows one console and nothing else. */
  | { readonly page: 'console'; readonly machine: string; readonly console: string };

export function placeOf(hash: string): Place {
  const [page, machine, last] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (page === 'machine' && machine) {
    return { page, machine, tab: TABS.find((tab) => tab === last) ?? 'details' };
  }
  if (page === 'console' && machine && last) return { page, machine, console: last };
  return { page: 'home' };
}

export function hashOf(place: Place): string {
  if (place.page === 'home') return '#/';
  const last = place.page === 'machine' ? place.tab : place.console;
  return `#/${place.page}/${encodeURIComponent(place.machine)}/${encodeURIComponent(last)}`;
}

interface Navigation {
  readonly place: Place;
  /** The tab that a machine is shown with when it is chosen. */
  readonly tab: MachineTab;
  /** The machine whose console takes the focus as soon as it is shown. */
  readonly typeInto: string | null;
}

export const useNavigation = create<Navigation>(() => ({
  place: { page: 'home' },
  tab: 'details',
  typeInto: null,
}));

export function usePlace(): Place {
  return useNavigation((state) => state.place);
}

/** The chosen machine, whether it is there or not. */
export function useSelectedId(): string | null {
  return useNavigation(({ place }) => (place.page === 'home' ? null : place.machine));
}

export function selectedId(): string | null {
  const { place } = useNavigation.getState();
  return place.page === 'home' ? null : place.machine;
}

export function navigate(place: Place): void {
  useNavigation.setState(place.page === 'machine' ? { place, tab: place.tab } : { place });
}

/** Without `tab`: the one that is in front now. */
export function showMachine(machine: string, tab: MachineTab = useNavigation.getState().tab): void {
  navigate({ page: 'machine', machine, tab });
}

/** The machine's console in front, ready to be typed into. */
export function showConsole(machine: string): void {
  showMachine(machine, 'consoles');
  useNavigation.setState({ typeInto: machine });
}

/** True once for the machine that `showConsole` was last called with. */
export function takeTyping(machine: string): boolean {
  const mine = useNavigation.getState().typeInto === machine;
  if (mine) useNavigation.setState({ typeInto: null });
  return mine;
}

export function showHome(): void {
  navigate({ page: 'home' });
}

/** Ties the store and the address to each other, for as long as the window lives. */
export function bindToAddress(view: Window): void {
  const read = () => navigate(placeOf(view.location.hash));
  read();
  view.addEventListener('hashchange', read);
  useNavigation.subscribe(({ place }) => {
    const hash = hashOf(place);
    // Moving through a list of machines is not a history that anyone wants to walk back.
    if (hash !== view.location.hash) view.history.replaceState(null, '', hash);
  });
}
