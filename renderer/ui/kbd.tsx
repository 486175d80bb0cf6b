import { isMac, keysOf } from './keys.ts';

interface KbdProps {
  readonly children: string;
  readonly 'aria-hidden'?: boolean;
}

export function Kbd({ children, ...rest }: KbdProps) {
  return (
    <kbd className="kbd" {...rest}>
      {children}
    </kbd>
  );
}

/**
 * A shortcut as the platform writes it, each key in a box of its own. `joined`: all in one, for the inside of a button, whose
 * name it is no part of.
 */
export function Keys({ of: shortcut, joined = false }: { readonly of: string; readonly joined?: boolean }) {
  const keys = keysOf(shortcut, isMac(navigator.platform));
  if (joined) return <Kbd aria-hidden>{keys.join(' ')}</Kbd>;
  return (
    <span className="keys">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  );
}
