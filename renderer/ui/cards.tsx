import './cards.css';
import { Check, type LucideIcon } from 'lucide-react';
import { Radio, RadioGroup } from 'react-aria-components';
import { Icon } from './icon.tsx';

export interface CardChoice<V extends string> {
  readonly value: V;
  readonly title: string;
  readonly text: string;
  readonly icon?: LucideIcon;
}

export interface CardsProps<V extends string> {
  /** For screen readers. */
  readonly label: string;
  readonly value: V;
  readonly onChange: (value: V) => void;
  readonly choices: readonly CardChoice<V>[];
}

/** One of a few, each with a sentence on what it means. */
export function Cards<V extends string>({ label, value, onChange, choices }: CardsProps<V>) {
  return (
    <RadioGroup
      className="cards"
      aria-label={label}
      orientation="horizontal"
      value={value}
      onChange={(next) => {
        const chosen = choices.find((choice) => choice.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {choices.map((choice) => (
        <Radio key={choice.value} value={choice.value} className="card-choice">
          {choice.icon && <Icon of={choice.icon} size={24} className="card-icon" />}
          <span className="strong">{choice.title}</span>
          <span className="small muted">{choice.text}</span>
          {choice.value === value && <Icon of={Check} className="card-tick" />}
        </Radio>
      ))}
    </RadioGroup>
  );
}
