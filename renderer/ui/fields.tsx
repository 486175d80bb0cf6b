import type { ReactNode, Ref } from 'react';
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  FieldError,
  Group,
  Input,
  Label,
  Text,
  TextArea,
} from 'react-aria-components';

interface FieldProps {
  /** Always there for screen readers; `labelHidden` leaves it out of sight where a column beside the field shows it. */
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly description?: string | undefined;
  /** What is wrong with the value, as a sentence. */
  readonly error?: string | undefined;
}

export interface TextFieldProps
  extends FieldProps,
    Omit<AriaTextFieldProps, 'className' | 'children' | 'style' | 'isInvalid' | 'aria-label'> {
  readonly placeholder?: string;
  readonly multiline?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly monospace?: boolean;
}

export function TextField({
  label,
  labelHidden = false,
  description,
  error,
  placeholder,
  multiline = false,
  inputRef,
  before,
  after,
  monospace = false,
  ...rest
}: TextFieldProps) {
  const inputClass = monospace ? 'field-in mono' : 'field-in';
  const hint = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField
      {...rest}
      {...(labelHidden ? { 'aria-label': label } : {})}
      isInvalid={error !== undefined}
      className="field-box"
    >
      {!labelHidden && <Label className="field-label">{label}</Label>}
      {multiline ? (
        <TextArea className="field field-area" rows={3} {...hint} />
      ) : (
        <Group className="field">
          {before}
          <Input className={inputClass} {...(inputRef ? { ref: inputRef } : {})} {...hint} />
          {after}
        </Group>
      )}
      <Beneath description={description} error={error} />
    </AriaTextField>
  );
}

function Beneath({ description, error }: { description: string | undefined; error: string | undefined }) {
  return (
    <>
      {description !== undefined && error === undefined && (
        <Text slot="description" className="field-note">
          {description}
        </Text>
      )}
      {error !== undefined && <FieldError className="field-error">{error}</FieldError>}
    </>
  );
}
