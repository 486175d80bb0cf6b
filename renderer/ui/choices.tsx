import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Select as AriaSelect,
  Slider as AriaSlider,
  Switch as AriaSwitch,
  Tabs as AriaTabs,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  SliderThumb,
  SliderTrack,
  Tab,
  TabList,
} from 'react-aria-components';
import { Icon } from './icon.tsx';

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly description?: string;
}

export interface SelectProps<V extends string> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onChange: (value: V) => void;
  readonly isDisabled?: boolean;
  /** Ids of what is said about it elsewhere. */
  readonly describedBy?: string | undefined;
}

export function Select<V extends string>({
  label,
  labelHidden = false,
  value,
  choices,
  onChange,
  isDisabled = false,
  describedBy,
}: SelectProps<V>) {
  return (
    <AriaSelect
      className="field-box"
      {...(labelHidden ? { 'aria-label': label } : {})}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      isDisabled={isDisabled}
      value={value}
      onChange={(key) => {
        const chosen = choices.find((choice) => choice.value === key);
        if (chosen) onChange(chosen.value);
      }}
    >
      {!labelHidden && <Label className="field-label">{label}</Label>}
      <Button className="field field-select">
        <SelectValue className="grow ell" />
        <Icon of={ChevronDown} size={14} className="muted" />
      </Button>
      <Popover className="menu-pop" offset={4}>
        <ListBox className="menu" items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className="menu-item">
              {({ isSelected }) => (
                <>
                  <span className="menu-icon">{isSelected && <Icon of={Check} size={14} />}</span>
                  <span className="menu-words">
                    <span>{choice.label}</span>
                    {choice.description !== undefined && <span className="menu-why">{choice.description}</span>}
                  </span>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface SwitchProps {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly isDisabled?: boolean;
  /** Ids of what is said about it elsewhere. */
  readonly describedBy?: string | undefined;
}

export function Switch({
  label,
  labelHidden = false,
  isSelected,
  onChange,
  isDisabled = false,
  describedBy,
}: SwitchProps) {
  return (
    <AriaSwitch
      className="switch"
      {...(labelHidden ? { 'aria-label': label } : {})}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
    >
      <span className="switch-track">
        <span className="switch-thumb" />
      </span>
      {!labelHidden && label}
    </AriaSwitch>
  );
}

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** From here on the track is hatched: more than there is right now. */
  readonly limit?: number;
  /** Drawn under the track, in order; the first stands at the left edge and the last, with `end`, at the right. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
  /** What a screen reader says for the value. */
  readonly valueText?: string;
  readonly isDisabled?: boolean;
}

const share = (value: number, min: number, max: number) =>
  `${Math.max(0, Math.min(1, max > min ? (value - min) / (max - min) : 0)) * 100}%`;

export function Slider({
  label,
  value,
  min,
  max,
  step,
  onChange,
  limit,
  ticks = [],
  valueText,
  isDisabled = false,
}: SliderProps) {
  return (
    <AriaSlider
      className="slider"
      aria-label={label}
      value={Math.max(min, Math.min(max, value))}
      minValue={min}
      maxValue={max}
      step={step}
      isDisabled={isDisabled}
      onChange={onChange}
    >
      <SliderTrack className="slider-track" style={{ '--v': share(value, min, max) } as React.CSSProperties}>
        {limit !== undefined && limit < max && (
          <span className="slider-limit" style={{ left: share(limit, min, max) }} />
        )}
        <SliderThumb className="slider-thumb" {...(valueText === undefined ? {} : { 'aria-valuetext': valueText })} />
      </SliderTrack>
      {ticks.length > 0 && (
        <div className="slider-ticks" aria-hidden>
          {ticks.map(({ at, text }, index) => (
            <span
              key={`${at} ${text}`}
              className={index === 0 ? 'first' : at >= max ? 'last' : ''}
              style={{ left: share(at, min, max) }}
            >
              {text}
            </span>
          ))}
        </div>
      )}
    </AriaSlider>
  );
}

export interface TabsProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly onChange: (value: V) => void;
  readonly tabs: readonly { readonly value: V; readonly label: string; readonly count?: number }[];
  /** `TabPanel`s of react-aria-components, with the values as ids. */
  readonly children: ReactNode;
  readonly className?: string;
}

export function Tabs<V extends string>({ label, value, onChange, tabs, children, className }: TabsProps<V>) {
  return (
    <AriaTabs
      className={className ?? 'tabs-box'}
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = tabs.find((tab) => tab.value === key);
        if (chosen) onChange(chosen.value);
      }}
    >
      <TabList className="tabs" aria-label={label}>
        {tabs.map((tab) => (
          <Tab key={tab.value} id={tab.value} className="tab">
            {tab.label}
            {tab.count !== undefined && <span className="count">{tab.count}</span>}
          </Tab>
        ))}
      </TabList>
      {children}
    </AriaTabs>
  );
}
