import { Search, X } from 'lucide-react';
import { Button, Input, SearchField } from 'react-aria-components';
import { useText } from '../../i18n/i18n.ts';
import { Icon, Kbd } from '../../ui/index.ts';
import { SEARCH_FIELD_ID, useSearch } from './search.ts';

export function SearchBox() {
  const t = useText('machines');
  const text = useSearch((state) => state.text);
  return (
    <SearchField
      className="search"
      aria-label={t('tree.search')}
      value={text}
      onChange={(value) => useSearch.setState({ text: value })}
    >
      <Icon of={Search} size={14} />
      <Input id={SEARCH_FIELD_ID} placeholder={t('tree.search')} />
      {text === '' ? (
        <Kbd>/</Kbd>
      ) : (
        <Button className="btn btn-quiet btn-icon btn-s">
          <Icon of={X} size={14} />
        </Button>
      )}
    </SearchField>
  );
}
