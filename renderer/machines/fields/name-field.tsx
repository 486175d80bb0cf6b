/** The name of a machine that is about to be made: selected when it gets the focus, with the check beside it. */
import { useId } from 'react';
import { useText } from '../../i18n/i18n.ts';
import { TextField } from '../../ui/index.ts';
import { CheckNote } from './check-note.tsx';
import type { FieldCheck } from './checks.ts';

export interface NameFieldProps {
  readonly name: string;
  readonly check: FieldCheck;
  readonly labelHidden?: boolean;
  readonly onChange: (name: string) => void;
  readonly onEnter: () => void;
}

export function NameField({ name, check, labelHidden = false, onChange, onEnter }: NameFieldProps) {
  const t = useText('machines');
  const note = useId();
  return (
    <>
      <TextField
        label={t('field.name')}
        labelHidden={labelHidden}
        autoFocus
        value={name}
        onChange={onChange}
        error={check.level === 'error' ? '' : undefined}
        aria-describedby={note}
        onFocus={({ target }) => {
          if (target instanceof HTMLInputElement) target.select();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) onEnter();
          else event.continuePropagation();
        }}
      />
      <CheckNote id={note} check={check} />
    </>
  );
}
