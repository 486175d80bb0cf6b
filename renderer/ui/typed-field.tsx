import { useState } from 'react';
import { TextField } from './fields.tsx';

export interface TypedFieldProps<V> {
  readonly label: string;
  readonly labelHidden?: boolean;
  /** Undefined: what is typed stands for no value. */
  readonly value: V | undefined;
  readonly format: (value: V) => string;
  readonly parse: (text: string) => V | undefined;
  /** With every key, so that checks can say at once what is wrong. */
  readonly onChange: (value: V | undefined) => void;
  /** What the arrow keys do. */
  readonly step?: (value: V, direction: 1 | -1) => V;
  readonly unit?: string;
  readonly error?: string | undefined;
  readonly description?: string | undefined;
  readonly isDisabled?: boolean;
  /** Ids of what is said about it elsewhere. */
  readonly describedBy?: string | undefined;
}

/** A field for a value that is typed as text, such as a size: what is typed stays as it is typed. */
export function TypedField<V>({
  value,
  format,
  parse,
  onChange,
  step,
  unit,
  describedBy,
  ...rest
}: TypedFieldProps<V>) {
  const [text, setText] = useState(() => (value === undefined ? '' : format(value)));
  const typed = parse(text);
  // Somebody else set it: a slider beside it, say.
  const shown = value === undefined || typed === value ? text : format(value);
  return (
    <TextField
      {...rest}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      value={shown}
      onChange={(next) => {
        setText(next);
        onChange(parse(next));
      }}
      onBlur={() => {
        if (value !== undefined) setText(format(value));
      }}
      onKeyDown={(event) => {
        const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : undefined;
        if (direction === undefined || value === undefined || !step) {
          event.continuePropagation();
          return;
        }
        event.preventDefault();
        onChange(step(value, direction));
      }}
      {...(unit === undefined ? {} : { after: <span className="field-unit">{unit}</span> })}
    />
  );
}
