import './styles/tokens.css';
import './styles/base.css';
import './ui/ui.css';
import './ui/floating.css';
import './machines/tree/tree.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from '../shared/rpc/client.ts';
import { obeyApp } from './actions/obey-app.ts';
import { App } from './app/app.tsx';
import { followAppearance } from './app/appearance.ts';
import { Host } from './connection/host.ts';
import { openPort } from './connection/message-port.ts';
import { HostContext } from './connection/use-host.ts';
import { openWebSocket } from './connection/websocket.ts';
import { registerAll } from './register.ts';
import { feed } from './state/feed.ts';
import { bindToAddress } from './state/navigate.ts';
import { reportError } from './state/toasts.ts';

const bridge = window.innkeeper;
const host = new Host(bridge ? 'app' : 'serve', async () =>
  connect(await (bridge ? openPort(bridge) : openWebSocket(window.location)), { version: __INN_VERSION__ }),
);

registerAll();
bindToAddress(window);
followAppearance(document, window);
feed(host, new AbortController().signal, reportError);
if (bridge) obeyApp(bridge, host);
void host.run();

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root');
createRoot(root).render(
  <StrictMode>
    <HostContext value={host}>
      <App />
    </HostContext>
  </StrictMode>,
);
