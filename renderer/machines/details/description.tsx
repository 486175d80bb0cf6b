import { Text } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton, TextArea, TextField } from 'react-aria-components';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { Button, Keys } from '../../ui/index.ts';
import { checkDescription } from '../fields/checks.ts';
import { Card } from './card.tsx';
import { type FieldEdit, useFieldEdit } from './use-field-edit.ts';

export function Description({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const { mayWrite } = useHost();
  const edit = useFieldEdit(machine, 'description');
  const words = edit.value === '' ? t('details.add') : edit.value;
  return (
    <Card icon={Text} title={t('field.description')} className="card-description">
      {edit.editing ? (
        <Editor edit={edit} />
      ) : mayWrite ? (
        <AriaButton
          className={edit.value === '' ? 'prop-value description muted' : 'prop-value description'}
          aria-label={t('details.change', { field: t('field.description'), value: words })}
          onPress={edit.start}
        >
          {words}
        </AriaButton>
      ) : (
        <p className="description selectable">{edit.value || t('value.none')}</p>
      )}
    </Card>
  );
}

function Editor({ edit }: { readonly edit: FieldEdit<'description'> }) {
  const t = useText('machines');
  const tApp = useText('app');
  const [text, setText] = useState(edit.value);
  const area = useRef<HTMLTextAreaElement>(null);
  // The caret goes to the end once, when the editor opens.
  useEffect(() => {
    const opened = area.current;
    opened?.focus();
    opened?.setSelectionRange(opened.value.length, opened.value.length);
  }, []);
  const check = checkDescription(text);
  const wrong = check.level === 'error' ? check.text : edit.error && `${edit.error.message}. ${edit.error.nextStep}`;
  const keep = () => {
    if (check.level !== 'error') edit.save(text);
  };
  return (
    <div className="description-edit">
      <TextField
        aria-label={t('field.description')}
        className="field-box"
        value={text}
        onChange={setText}
        isReadOnly={edit.saving}
        isInvalid={check.level === 'error'}
      >
        <TextArea
          ref={area}
          className="field field-area"
          rows={4}
          onKeyDown={(event) => {
            if (event.key === 'Escape') edit.revert();
            else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) keep();
          }}
        />
      </TextField>
      {wrong && (
        <p className="field-error" role="alert">
          {wrong}
        </p>
      )}
      {edit.theirs !== undefined && (
        <p className="prop-theirs" role="alert">
          {t('details.changedElsewhere', { value: `“${edit.theirs}”` })}
        </p>
      )}
      <div className="row">
        <span className="grow" />
        <Button size="s" onPress={edit.revert}>
          {edit.theirs === undefined ? tApp('common.cancel') : t('details.takeTheirs')}
        </Button>
        {edit.theirs === undefined ? (
          <Button size="s" variant="primary" whyNot={check.level === 'error' ? check.text : undefined} onPress={keep}>
            {tApp('common.save')} <Keys of="mod+enter" joined />
          </Button>
        ) : (
          <Button size="s" variant="primary" onPress={() => edit.keepMine(text)}>
            {t('details.keepMine')}
          </Button>
        )}
      </div>
    </div>
  );
}
