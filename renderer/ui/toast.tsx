import { X } from 'lucide-react';
import {
  Button as AriaButton,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastRegion as AriaToastRegion,
  Text,
  UNSTABLE_ToastContent as ToastContent,
} from 'react-aria-components';
import { useText } from '../i18n/i18n.ts';
import { reporting, toasts } from '../state/toasts.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** Where toasts appear, at the lower right. */
export function ToastRegion() {
  const t = useText('app');
  return (
    <AriaToastRegion queue={toasts} className="toasts" aria-label={t('common.messages')}>
      {({ toast }) => {
        const { content, key } = toast;
        return (
          <AriaToast toast={toast} className={content.kind === 'error' ? 'toast toast-error' : 'toast'}>
            <ToastContent className="toast-in">
              {content.kind === 'text' ? (
                <Text slot="title">{content.text}</Text>
              ) : (
                <>
                  <Text slot="title" className="strong">
                    {content.error.message}
                  </Text>
                  <Text slot="description">{content.error.nextStep}</Text>
                  <details className="toast-details">
                    <summary>{t('common.details')}</summary>
                    <pre className="selectable">{content.error.details}</pre>
                  </details>
                </>
              )}
            </ToastContent>
            {content.kind === 'text' && content.undo && (
              <Button
                size="s"
                onPress={() => {
                  toasts.close(key);
                  if (content.undo) reporting(content.undo);
                }}
              >
                {t('common.undo')}
              </Button>
            )}
            <AriaButton slot="close" className="btn btn-quiet btn-icon btn-s" aria-label={t('common.dismiss')}>
              <Icon of={X} size={14} />
            </AriaButton>
          </AriaToast>
        );
      }}
    </AriaToastRegion>
  );
}
