import type { Machine } from '../../shared/contract/machine.ts';

export default function ConsolesPage({ machine }: { readonly machine: Machine }) {
  return <div>{machine.settings.name}</div>;
}
