import './size-fields.css';
import { Check, CircleAlert, TriangleAlert } from 'lucide-react';
import { Icon } from '../../ui/index.ts';
import type { FieldCheck } from './checks.ts';

const ICONS = { ok: Check, warning: TriangleAlert, error: CircleAlert } as const;

/** What is said beside a field. Warnings and errors are read out as they come up. */
export function CheckNote({ check, id }: { readonly check: FieldCheck; readonly id?: string }) {
  return (
    <div className={`check check-${check.level}`} id={id} aria-live="polite">
      {check.text !== '' && <Icon of={ICONS[check.level]} size={14} />}
      <span>{check.text}</span>
    </div>
  );
}
