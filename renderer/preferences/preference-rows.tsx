/** Rows of the preferences: each applies at once, and says beside itself what went wrong. */
import { useState } from 'react';
import type { MINIMUM_MEMORY } from '../../shared/contract/limits.ts';
import type { Preferences, PreferencesChange } from '../../shared/contract/preferences.ts';
import { useHost } from '../connection/use-host.ts';
import type { preferences as texts } from '../i18n/en/preferences.ts';
import { i18n, useText } from '../i18n/i18n.ts';
import { checkCores, checkMemory, parseCount } from '../machines/fields/checks.ts';
import { describeField } from '../machines/fields/describe.ts';
import { CoresField, MemoryField } from '../machines/fields/size-fields.tsx';
import { type ShownError, shownError } from '../state/shown-error.ts';
import { useHostInfo, useHostStatus } from '../state/stores.ts';
import { type Choice, Select, Switch } from '../ui/index.ts';
import { PaneField, type PaneRow } from '../ui/panes.tsx';
import { TypedField } from '../ui/typed-field.tsx';
import { useTyped } from './use-typed.ts';

export type PreferenceId = keyof (typeof texts)['label'];

type Apply = (change: PreferencesChange) => void;

interface Applying {
  readonly apply: Apply;
  /** Stays beside the field until it is changed again. */
  readonly error: ShownError | null;
  /** Nothing can be changed now; the dialog says why. */
  readonly isDisabled: boolean;
}

function useApply(): Applying {
  const host = useHost();
  const [error, setError] = useState<ShownError | null>(null);
  const apply = (change: PreferencesChange) => {
    setError(null);
    host.call('preferences.set', change).catch((reason: unknown) => setError(shownError(reason)));
  };
  return { apply, error, isDisabled: !host.mayWrite };
}

const labelOf = (id: PreferenceId) => i18n.t(`preferences:label.${id}`);
const helpOf = (id: PreferenceId) => i18n.t(`preferences:help.${id}`);

function WentWrong({ error }: { readonly error: ShownError | null }) {
  if (!error) return null;
  return (
    <p className="field-error" role="alert">
      {error.message}. {error.nextStep}
    </p>
  );
}

interface OneOf<V extends string> {
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly change: (value: V) => PreferencesChange;
}

export function oneOf<V extends string>(id: PreferenceId, one: OneOf<V>): PaneRow {
  return {
    id,
    words: [labelOf(id), helpOf(id), ...one.choices.map(({ label }) => label)],
    content: <OneOfRow id={id} {...one} />,
  };
}

function OneOfRow<V extends string>({ id, value, choices, change }: OneOf<V> & { readonly id: PreferenceId }) {
  const { apply, error, isDisabled } = useApply();
  return (
    <PaneField label={labelOf(id)} help={helpOf(id)} note={<WentWrong error={error} />}>
      {(describedBy) => (
        <Select
          label={labelOf(id)}
          labelHidden
          value={value}
          choices={choices}
          onChange={(next) => apply(change(next))}
          describedBy={describedBy}
          isDisabled={isDisabled}
        />
      )}
    </PaneField>
  );
}

interface OnOff {
  readonly value: boolean;
  readonly change: (value: boolean) => PreferencesChange;
}

export function onOff(id: PreferenceId, either: OnOff): PaneRow {
  return { id, words: [labelOf(id), helpOf(id)], content: <OnOffRow id={id} {...either} /> };
}

function OnOffRow({ id, value, change }: OnOff & { readonly id: PreferenceId }) {
  const { apply, error, isDisabled } = useApply();
  return (
    <PaneField label={labelOf(id)} help={helpOf(id)} note={<WentWrong error={error} />}>
      {(describedBy) => (
        <Switch
          label={labelOf(id)}
          labelHidden
          isSelected={value}
          onChange={(next) => apply(change(next))}
          describedBy={describedBy}
          isDisabled={isDisabled}
        />
      )}
    </PaneField>
  );
}

interface Whole {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** By how much the arrow keys change it. */
  readonly step: number;
  readonly unit: string;
  readonly change: (value: number) => PreferencesChange;
}

export function whole(id: PreferenceId, number: Whole): PaneRow {
  return {
    id,
    words: [labelOf(id), helpOf(id), `${number.value} ${number.unit}`],
    content: <WholeRow id={id} {...number} />,
  };
}

function WholeRow({ id, value: stored, least, most, step, unit, change }: Whole & { readonly id: PreferenceId }) {
  const t = useText('preferences');
  const { apply, error, isDisabled } = useApply();
  const within = (value: number) => value >= least && value <= most;
  const { value, onChange } = useTyped(stored, within, (next) => apply(change(next)));
  return (
    <PaneField label={labelOf(id)} help={helpOf(id)} note={<WentWrong error={error} />}>
      {(describedBy) => (
        <TypedField
          label={labelOf(id)}
          labelHidden
          value={value}
          format={String}
          parse={parseCount}
          onChange={onChange}
          step={(from, direction) => Math.max(least, Math.min(most, from + direction * step))}
          unit={unit}
          error={value !== undefined && within(value) ? undefined : t('range', { least, most })}
          describedBy={describedBy}
          isDisabled={isDisabled}
        />
      )}
    </PaneField>
  );
}

type NewMachine = Preferences['newMachine'];

export function newCores({ cores }: NewMachine): PaneRow {
  return {
    id: 'cores',
    words: [labelOf('cores'), helpOf('cores'), describeField('cores', cores)],
    content: <CoresRow stored={cores} />,
  };
}

function CoresRow({ stored }: { readonly stored: number }) {
  const info = useHostInfo();
  const { apply, error, isDisabled } = useApply();
  const { value, onChange } = useTyped(
    stored,
    (cores) => checkCores(cores, info).level !== 'error',
    (cores) => apply({ newMachine: { cores } }),
  );
  return (
    <PaneField label={labelOf('cores')} help={helpOf('cores')} group note={<WentWrong error={error} />}>
      {() => <CoresField value={value} onChange={onChange} check={checkCores(value, info)} isDisabled={isDisabled} />}
    </PaneField>
  );
}

export function newMemory({ memory, kernel }: NewMachine): PaneRow {
  return {
    id: 'memory',
    words: [labelOf('memory'), helpOf('memory'), describeField('memory', memory)],
    content: <MemoryRow stored={memory} kernel={kernel} />,
  };
}

function MemoryRow({ stored, kernel }: { readonly stored: number; readonly kernel: keyof typeof MINIMUM_MEMORY }) {
  const info = useHostInfo();
  const status = useHostStatus();
  const { apply, error, isDisabled } = useApply();
  const { value, onChange } = useTyped(
    stored,
    (memory) => checkMemory(memory, kernel, { info, status }).level !== 'error',
    (memory) => apply({ newMachine: { memory } }),
  );
  return (
    <PaneField label={labelOf('memory')} help={helpOf('memory')} group note={<WentWrong error={error} />}>
      {() => (
        <MemoryField
          value={value}
          onChange={onChange}
          check={checkMemory(value, kernel, { info, status })}
          boot={kernel}
          isDisabled={isDisabled}
        />
      )}
    </PaneField>
  );
}
