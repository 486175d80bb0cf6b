/** Notifications of the operating system. */
import { Notification } from 'electron';

/** Electron forgets a notification, and its click, that nobody holds. */
const shown = new Set<Notification>();

/** Does nothing where the system has none. */
export function showNotification(title: string, body: string, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  shown.add(notification);
  notification.on('click', onClick);
  for (const end of ['click', 'close', 'failed'] as const)
    notification.on(end as 'close', () => shown.delete(notification));
  notification.show();
}
