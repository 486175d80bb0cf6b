import { isMac, keysOf } from './keys.ts';

export function Kbd({ children }: { readonly children: string }) {
  return <kbd className="kbd">{children}</kbd>;
}

/** A shortcut as the platform writes it, each key in a box of its own; `joined`: all in one. */
export function Keys({ of: shortcut, joined = false }: { readonly of: string; readonly joined?: boolean }) {
  const keys = keysOf(shortcut, isMac(navigator.platform));
  if (joined) return <Kbd>{keys.join(' ')}</Kbd>;
  return (
    <span className="keys">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
