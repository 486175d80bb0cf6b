/** xterm.js as its manual has it: bytes written as they come, keys sent as they are pressed. */
import { Terminal } from './xterm.mjs';

function open() {
  // As large as ours is in a window of the same size
  const terminal = new Terminal({ cols: 120, rows: 35, scrollback: 100_000, fontSize: 13 });
  terminal.open(document.querySelector('#terminal'));
  terminal.focus();
  return terminal;
}

async function showHistory() {
  const terminal = open();
  terminal.write(new Uint8Array(await (await fetch('history')).arrayBuffer()));
}

document.querySelector('#history').addEventListener('click', () => void showHistory());

document.querySelector('#flood').addEventListener('click', () => {
  const terminal = open();
  const socket = new WebSocket(`ws://${location.host}/console${location.search}`);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => terminal.write(new Uint8Array(data)));
  terminal.onData((text) => socket.send(text));
});
