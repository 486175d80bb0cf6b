/** How the operating system knows the app: `appId` of electron-builder.yml. Windows shows notifications of no other. */
export const APP_ID = 'dev.innkeeper.Innkeeper';
export const APP_NAME = 'Innkeeper';
