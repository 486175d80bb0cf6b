/** What the host found on its way up that the user should know. */
import { useHost } from '../connection/use-host.ts';
import { useHostState, useNotices } from '../state/stores.ts';
import { reporting } from '../state/toasts.ts';
import { Banner } from '../ui/index.ts';

export function NoticeBars() {
  const host = useHost();
  const notices = useNotices();
  if (notices.length === 0) return null;
  const dismiss = async (id: string) => {
    await host.call('host.dismissNotice', { id });
    useHostState.setState({ notices: notices.filter((notice) => notice.id !== id) });
  };
  return (
    <div className="bars">
      {notices.map(({ id, level, message, nextStep }) => (
        <Banner
          key={id}
          level={level}
          title={message}
          {...(host.mayWrite ? { onDismiss: () => reporting(() => dismiss(id)) } : {})}
        >
          {nextStep}
        </Banner>
      ))}
    </div>
  );
}
