/** Rows of a card: a label and a value that is edited where it stands. */
import { Pencil, RotateCw } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { openDialog } from '../../state/dialogs.ts';
import { Button, Icon, Kbd, Menu, MenuItem, MenuSeparator, Spinner, TextField } from '../../ui/index.ts';
import type { FieldCheck } from '../fields/checks.ts';
import { describeField, fieldName } from '../fields/describe.ts';
import { type Field, same } from '../fields/difference.ts';
import { type FieldEdit, useFieldEdit } from './use-field-edit.ts';

export interface RowProps {
  readonly label: string;
  readonly children: ReactNode;
  /** At the right edge. */
  readonly action?: ReactNode;
}

/** A value that is only shown. */
export function Row({ label, children, action }: RowProps) {
  return (
    <div className="prop">
      <dt>{label}</dt>
      <dd>
        <span className="prop-text">{children}</span>
        {action}
      </dd>
    </div>
  );
}

interface EditableProps<F extends Field> {
  readonly machine: Machine;
  readonly field: F;
  /** The value as it is shown; else in the common words. */
  readonly shown?: string | undefined;
  readonly mono?: boolean;
}

interface TextPropertyProps<F extends Field> extends EditableProps<F> {
  readonly format: (value: MachineSettings[F]) => string;
  /** Undefined where the text stands for no value: `check` then says why. */
  readonly parse: (text: string) => MachineSettings[F] | undefined;
  readonly check: (text: string) => FieldCheck;
}

export function TextProperty<F extends Field>({
  machine,
  field,
  format,
  parse,
  check,
  shown,
  mono = false,
}: TextPropertyProps<F>) {
  const edit = useFieldEdit(machine, field);
  const row = useRef<HTMLDivElement>(null);
  useReturnOfFocus(row, edit.editing);
  return (
    <div className="prop" ref={row}>
      <dt>{fieldName(field)}</dt>
      <dd>
        {edit.editing ? (
          <Editor edit={edit} field={field} {...{ format, parse, check, mono }} row={row} />
        ) : (
          <Value machine={machine} field={field} edit={edit} shown={shown} mono={mono} />
        )}
      </dd>
    </div>
  );
}

interface EditorProps<F extends Field>
  extends Pick<TextPropertyProps<F>, 'field' | 'format' | 'parse' | 'check' | 'mono'> {
  readonly edit: FieldEdit<F>;
  readonly row: React.RefObject<HTMLDivElement | null>;
}

function Editor<F extends Field>({ edit, field, format, parse, check, mono = false, row }: EditorProps<F>) {
  const [text, setText] = useState(() => format(edit.value));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const { level, text: words } = check(text);
  const keep = (how: 'save' | 'keepMine') => {
    const value = parse(text);
    if (value !== undefined && level !== 'error') edit[how](value);
  };
  return (
    <div className="prop-edit">
      <TextField
        label={fieldName(field)}
        labelHidden
        autoFocus
        inputRef={input}
        monospace={mono}
        value={text}
        onChange={setText}
        isReadOnly={edit.saving}
        error={level === 'error' ? words : edit.error ? `${edit.error.message}. ${edit.error.nextStep}` : undefined}
        description={words === '' ? undefined : words}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep('save');
          else if (event.key === 'Escape') edit.revert();
          else event.continuePropagation();
        }}
        onBlur={(event) => {
          // The buttons of this row are part of the edit.
          if (row.current?.contains(event.relatedTarget) || edit.theirs !== undefined || edit.error) return;
          if (level === 'error') edit.revert();
          else keep('save');
        }}
        after={edit.saving ? <Spinner /> : <EditKeys />}
      />
      <Theirs edit={edit} field={field} onKeep={() => keep('keepMine')} />
    </div>
  );
}

function EditKeys() {
  return (
    <span className="prop-keys" aria-hidden>
      <Kbd>Enter</Kbd>
      <Kbd>Esc</Kbd>
    </span>
  );
}

interface TheirsProps<F extends Field> {
  readonly edit: FieldEdit<F>;
  readonly field: F;
  readonly onKeep: () => void;
}

/** Somebody else changed what is being edited. */
function Theirs<F extends Field>({ edit, field, onKeep }: TheirsProps<F>) {
  const t = useText('machines');
  if (edit.theirs === undefined) return null;
  return (
    <div className="prop-theirs" role="alert">
      <span>{t('details.changedElsewhere', { value: describeField(field, edit.theirs) })}</span>
      <span className="row">
        <Button size="s" onPress={onKeep}>
          {t('details.keepMine')}
        </Button>
        <Button size="s" onPress={edit.revert}>
          {t('details.takeTheirs')}
        </Button>
      </span>
    </div>
  );
}

interface ValueProps<F extends Field> {
  readonly machine: Machine;
  readonly field: F;
  readonly edit: FieldEdit<F>;
  readonly shown: string | undefined;
  readonly mono: boolean;
}

function Value<F extends Field>({ machine, field, edit, shown, mono }: ValueProps<F>) {
  const t = useText('machines');
  const { mayWrite } = useHost();
  const words = shown ?? describeField(field, edit.value);
  const text = <span className={mono ? 'prop-text mono' : 'prop-text'}>{words}</span>;
  return (
    <>
      {mayWrite ? (
        <AriaButton
          className="prop-value"
          aria-label={t('details.change', { field: fieldName(field), value: words })}
          onPress={edit.start}
        >
          {text}
          <Icon of={Pencil} size={14} className="pen" />
        </AriaButton>
      ) : (
        text
      )}
      {edit.saving && <Saving />}
      <RestartMark machine={machine} field={field} />
    </>
  );
}

/** After an edit the focus goes to the value, unless somebody took it elsewhere. */
function useReturnOfFocus(row: React.RefObject<HTMLDivElement | null>, editing: boolean): void {
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing && document.activeElement === document.body) {
      row.current?.querySelector<HTMLElement>('.prop-value')?.focus();
    }
    wasEditing.current = editing;
  }, [row, editing]);
}

function Saving() {
  const t = useText('machines');
  return (
    <span className="note muted" role="status">
      <Spinner /> {t('details.saving')}
    </span>
  );
}

/** Where the machine runs with another value than it is to have: which, and the way there. */
export function RestartMark({ machine, field }: { readonly machine: Machine; readonly field: Field }) {
  const t = useText('machines');
  const { mayWrite } = useHost();
  if (!machine.active || same(machine.active[field], machine.settings[field])) return null;
  return (
    <>
      <span className="muted prop-now">{t('details.now', { value: describeField(field, machine.active[field]) })}</span>
      <span className="note">
        <Icon of={RotateCw} size={14} />
        {t('details.needsRestart')}
      </span>
      {mayWrite && (
        <Button variant="link" size="s" onPress={() => openDialog({ kind: 'restart', machine: machine.id })}>
          {t('details.restart')}
        </Button>
      )}
    </>
  );
}

export interface PropertyChoice<V> {
  readonly id: string;
  readonly label: string;
  readonly value: V;
}

interface ChoicePropertyProps<F extends Field> extends EditableProps<F> {
  readonly choices: readonly PropertyChoice<MachineSettings[F]>[];
  /** One more, which leads elsewhere. */
  readonly other?: { readonly label: string; readonly onAction: () => void };
}

/** A value that is one of a few. */
export function ChoiceProperty<F extends Field>({ machine, field, choices, other, shown }: ChoicePropertyProps<F>) {
  const t = useText('machines');
  const { mayWrite } = useHost();
  const edit = useFieldEdit(machine, field);
  const [wanted, setWanted] = useState<MachineSettings[F] | undefined>();
  const errorId = useId();
  const words = shown ?? describeField(field, edit.value);
  const text = <span className="prop-text">{words}</span>;
  const name = fieldName(field);
  return (
    <div className="prop">
      <dt>{name}</dt>
      <dd>
        {mayWrite ? (
          <Menu
            label={name}
            trigger={
              <AriaButton
                className="prop-value"
                aria-label={t('details.change', { field: name, value: words })}
                {...(edit.error ? { 'aria-describedby': errorId } : {})}
              >
                {text}
                <Icon of={Pencil} size={14} className="pen" />
              </AriaButton>
            }
          >
            {choices.map(({ id, label, value }) => (
              <MenuItem
                key={id}
                id={id}
                label={label}
                checked={same(value, edit.value)}
                onAction={() => {
                  setWanted(value);
                  edit.save(value);
                }}
              />
            ))}
            {other && <MenuSeparator />}
            {other && <MenuItem id="other" label={other.label} onAction={other.onAction} />}
          </Menu>
        ) : (
          text
        )}
        {edit.saving && <Saving />}
        <RestartMark machine={machine} field={field} />
      </dd>
      {edit.error && (
        <dd className="prop-error" id={errorId} role="alert">
          {edit.error.message}. {edit.error.nextStep}
        </dd>
      )}
      {wanted !== undefined && edit.theirs !== undefined && (
        <dd className="prop-error">
          <Theirs edit={edit} field={field} onKeep={() => edit.keepMine(wanted)} />
        </dd>
      )}
    </div>
  );
}
