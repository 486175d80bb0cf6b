import { useText } from '../i18n/i18n.ts';
import { isMac } from '../ui/keys.ts';

/** What is written on the key that takes others to the window while a console has the focus. */
export function useHostKeyName(): string {
  const t = useText('console');
  return isMac(navigator.platform) ? t('key.leftCmd') : t('key.rightCtrl');
}
