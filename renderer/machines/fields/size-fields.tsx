/** Cores and memory: a slider with the host's limits on it, a field to type in, and what is to be said about the value. */
import './size-fields.css';
import { useId, useMemo } from 'react';
import { formatBytes } from '../../../shared/base/units.ts';
import { MEMORY_STEP, MINIMUM_MEMORY } from '../../../shared/contract/limits.ts';
import { useText } from '../../i18n/i18n.ts';
import { useHostInfo, useHostStatus } from '../../state/stores.ts';
import { Slider } from '../../ui/index.ts';
import { TypedField } from '../../ui/typed-field.tsx';
import { CheckNote } from './check-note.tsx';
import { type BootKind, type FieldCheck, memoryText, parseCount, parseMemory } from './checks.ts';
import { memorySteps, positionOf } from './scale.ts';

export interface SizeFieldProps {
  readonly value: number | undefined;
  /** Undefined: what is typed is no value. */
  readonly onChange: (value: number | undefined) => void;
  readonly check: FieldCheck;
  readonly isDisabled?: boolean;
}

export function CoresField({ value, onChange, check, isDisabled = false }: SizeFieldProps) {
  const t = useText('machines');
  const info = useHostInfo();
  const note = useId();
  const most = info?.limits.cores ?? 8;
  const cpus = info?.cpus ?? most;
  const middle = Math.min(cpus, most);
  return (
    <div className="size">
      <Slider
        label={t('field.cores')}
        value={value ?? 1}
        min={1}
        max={most}
        step={1}
        isDisabled={isDisabled}
        onChange={onChange}
        limit={cpus}
        ticks={[
          { at: 1, text: '1' },
          ...(middle > 1 && middle < most ? [{ at: middle, text: String(middle) }] : []),
          { at: most, text: t('new.coresMost', { count: most }) },
        ]}
      />
      <TypedField
        label={t('field.cores')}
        labelHidden
        value={value}
        format={String}
        parse={parseCount}
        onChange={onChange}
        step={(cores, direction) => Math.max(1, Math.min(most, cores + direction))}
        unit={t('value.unit.cores', { count: value ?? 2 })}
        error={check.level === 'error' ? '' : undefined}
        describedBy={note}
        isDisabled={isDisabled}
      />
      <CheckNote id={note} check={check} />
    </div>
  );
}

export interface MemoryFieldProps extends SizeFieldProps {
  readonly boot: BootKind;
}

export function MemoryField({ value, onChange, check, boot, isDisabled = false }: MemoryFieldProps) {
  const t = useText('machines');
  const info = useHostInfo();
  const status = useHostStatus();
  const note = useId();
  // A machine that boots files of its own may have next to nothing; few want to slide there.
  const least = Math.max(MINIMUM_MEMORY[boot], MINIMUM_MEMORY.small);
  const most = info?.limits.memory ?? least;
  const steps = useMemo(() => memorySteps(least, most), [least, most]);
  const last = steps.length - 1;
  const free = status && positionOf(status.memoryFree, steps);
  const crowded = free === null || free < last * 0.2 || free > last * 0.8;
  return (
    <div className="size">
      <Slider
        label={t('field.memory')}
        value={Math.round(positionOf(value ?? least, steps))}
        min={0}
        max={Math.max(1, last)}
        step={1}
        isDisabled={isDisabled}
        valueText={memoryText(value ?? least)}
        onChange={(position) => onChange(steps[position])}
        {...(free === null ? {} : { limit: free })}
        ticks={[
          { at: 0, text: formatBytes(least) },
          ...(crowded || !status
            ? []
            : [{ at: free, text: t('new.memoryFree', { free: formatBytes(status.memoryFree) }) }]),
          { at: last, text: formatBytes(most) },
        ]}
      />
      <TypedField
        label={t('field.memory')}
        labelHidden
        value={value}
        format={memoryText}
        parse={parseMemory}
        onChange={onChange}
        step={(bytes, direction) => {
          const at = positionOf(bytes, steps);
          const next = direction === 1 ? Math.floor(at) + 1 : Math.ceil(at) - 1;
          return steps[Math.max(0, Math.min(last, next))] ?? bytes - (bytes % MEMORY_STEP);
        }}
        error={check.level === 'error' ? '' : undefined}
        describedBy={note}
        isDisabled={isDisabled}
      />
      <CheckNote id={note} check={check} />
    </div>
  );
}
