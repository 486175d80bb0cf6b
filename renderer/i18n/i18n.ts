/**
 * Every text that is shown. Namespaces are files of `en/`; keys are typed by them. `useText('app')` in components,
 * `i18n.t('app:key')` elsewhere.
 */
import i18next, { type i18n as I18n, type TFunction } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { app } from './en/app.ts';
import { console as consoleText } from './en/console.ts';
import { machines } from './en/machines.ts';
import { preferences } from './en/preferences.ts';

const en = { app, machines, console: consoleText, preferences };
type Namespace = keyof typeof en;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: typeof en;
    returnNull: false;
  }
}

export const i18n: I18n = i18next.createInstance();
void i18n.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  ns: Object.keys(en),
  defaultNS: 'app',
  resources: { en },
  interpolation: { escapeValue: false },
  initAsync: false,
});

export function useText<N extends Namespace>(namespace: N): TFunction<N> {
  return useTranslation(namespace, { i18n }).t as TFunction<N>;
}
