import { expect, test } from 'vitest';
import { Notices } from './notices.ts';

const damaged = { level: 'warning', code: 'damaged', message: 'web is damaged', nextStep: 'Mend it.' } as const;

test('are kept until they are dismissed', () => {
  const notices = new Notices();
  notices.add(damaged);
  notices.add({ ...damaged, message: 'db is damaged' });
  const [web, db] = notices.list();
  expect(web).toMatchObject(damaged);
  expect(db?.message).toBe('db is damaged');
  notices.dismiss(web!.id);
  notices.dismiss(web!.id);
  expect(notices.list()).toEqual([db]);
});

test('the same is said once', () => {
  const notices = new Notices();
  notices.add(damaged);
  notices.add(damaged);
  expect(notices.list()).toHaveLength(1);
  notices.dismiss(notices.list()[0]!.id);
  notices.add(damaged);
  expect(notices.list()).toHaveLength(1);
});

test('there are never too many', () => {
  const notices = new Notices();
  for (let n = 0; n < 1000; n++) notices.add({ ...damaged, message: String(n) });
  expect(notices.list()).toHaveLength(200);
  expect(notices.list().at(-1)?.message).toBe('999');
});
