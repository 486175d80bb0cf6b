import os from 'node:os';

/**
 * A function that takes out of a text what says who the user is or lets others in: the home folder becomes `~`, and what
 * follows the word token is removed.
 */
export function redactor(home = os.homedir()): (text: string) => string {
  // As JSON writes it too, where that differs
  const forms = [...new Set([home, JSON.stringify(home).slice(1, -1)])].filter((form) => /[^\\/]/.test(form));
  const homes = forms.map(
    (form) => new RegExp(`${escaped(form)}(?![\\w-]|\\.\\w)`, process.platform === 'win32' ? 'gi' : 'g'),
  );
  return (text) => {
    let redacted = text.replace(/(\btoken\b["']?\s*[=:]\s*["']?)[\w-]{8,}/gi, '$1(removed)');
    for (const pattern of homes) redacted = redacted.replace(pattern, '~');
    return redacted;
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
