/** Every key of the window, derived from the actions. */
import { allActions, shortcutOf } from '../actions/actions.ts';
import { useActionContext } from '../actions/use-action.ts';
import { useHostKeyName } from '../console/host-key.ts';
import { useText } from '../i18n/i18n.ts';
import { Dialog, Keys } from '../ui/index.ts';

/** Keys that are no actions: they move, or belong to a part. */
const MOVES = [
  ['F6', 'region'],
  ['shift+F6', 'regionBack'],
  ['Enter', 'startOrShow'],
  ['shift+F10', 'menu'],
  ['mod+Enter', 'submit'],
  ['Escape', 'escape'],
] as const;

export default function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText('app');
  const context = useActionContext();
  const rows = allActions().flatMap((action) => {
    const keys = shortcutOf(action, context.host.door);
    return keys === undefined ? [] : [{ keys, text: action.label(context) }];
  });
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <dl className="keylist">
        {[...rows, ...MOVES.map(([keys, name]) => ({ keys, text: t(`shortcuts.${name}`) }))].map(({ keys, text }) => (
          <div key={keys}>
            <dt>{text}</dt>
            <dd>
              <Keys of={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted">{t('shortcuts.console', { key: useHostKeyName() })}</p>
    </Dialog>
  );
}
