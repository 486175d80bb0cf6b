/** What two changed at the same time: theirs, yours, and which is to be kept. */
import { Radio, RadioGroup } from 'react-aria-components';
import { useText } from '../../i18n/i18n.ts';
import { Banner } from '../../ui/index.ts';
import { describeField, fieldName } from '../fields/describe.ts';
import type { Field } from '../fields/difference.ts';
import { type Clash, type Editing, type Side, wordsFor } from './settings-draft.ts';

export interface ClashesProps {
  readonly editing: Editing;
  readonly onChoose: (field: Field, side: Side) => void;
}

export function Clashes({ editing, onChoose }: ClashesProps) {
  const t = useText('machines');
  const { clashes, merged } = editing;
  const also = merged.length > 0 && t('conflict.merged', { fields: merged.map(fieldName).join(', ') });
  if (clashes.length === 0) return also && <Banner level="info" title={also} />;
  return (
    <>
      <Banner level="warning" title={t('conflict.title')}>
        {t('conflict.text')} {also}
      </Banner>
      <div className="clashes">
        <div className="clash muted small" aria-hidden>
          <span>{t('conflict.field')}</span>
          <span>{t('conflict.theirs')}</span>
          <span>{t('conflict.yours')}</span>
        </div>
        {clashes.map((clash) => (
          <ClashRow key={clash.field} clash={clash} editing={editing} onChoose={onChoose} />
        ))}
      </div>
    </>
  );
}

function ClashRow({ clash, editing, onChoose }: ClashesProps & { readonly clash: Clash }) {
  const t = useText('machines');
  const { field, theirs, yours, choice } = clash;
  const words: Record<Side, string> = {
    theirs: describeField(field, theirs),
    yours: describeField(field, wordsFor(field, { ...editing.draft, [field]: yours })),
  };
  return (
    <RadioGroup
      className="clash"
      aria-label={t('conflict.choice', { field: fieldName(field) })}
      orientation="horizontal"
      value={choice ?? null}
      onChange={(side) => {
        if (side === 'theirs' || side === 'yours') onChoose(field, side);
      }}
    >
      <span aria-hidden>{fieldName(field)}</span>
      {(['theirs', 'yours'] as const).map((side) => (
        <Radio
          key={side}
          value={side}
          className="clash-side"
          aria-label={t('conflict.side', { side: t(`conflict.${side}`), value: words[side] })}
        >
          <span className="clash-dot" />
          <span className="grow clash-words">{words[side]}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
