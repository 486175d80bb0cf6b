/** The plain pages that people see where the window cannot be shown. They need no script and no file. */

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly nextStep: string;
}

const NEW_ADDRESS =
  'Press Enter in the terminal where `inn serve` runs: it writes a new address. Or run `inn serve` in another terminal.';

export const PAGES = {
  noSession: {
    status: 401,
    title: 'This browser is not let in yet',
    text: 'Innkeeper is here, but it only opens for a browser that came by an address with a one-time token.',
    nextStep: NEW_ADDRESS,
  },
  usedLink: {
    status: 401,
    title: 'This address cannot be used any more',
    text: 'Each address with a token works once, and only for a while. This one was used already, is too old, or is mistyped.',
    nextStep: NEW_ADDRESS,
  },
  notFound: {
    status: 404,
    title: 'There is nothing here',
    text: 'Innkeeper has no such page.',
    nextStep: 'Go to the start page.',
  },
  wrongHost: {
    status: 403,
    title: 'Innkeeper does not answer to this name',
    text: 'It only answers to 127.0.0.1 and localhost, so that no page from elsewhere can pose as it.',
    nextStep: 'Open the address exactly as `inn serve` wrote it.',
  },
} as const satisfies Record<string, Page>;

export function renderPage({ title, text, nextStep }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)} - Innkeeper</title>
<style>
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 34em; margin: 20vh auto 0; padding: 0 20px; }
  h1 { font-size: 20px; font-weight: 600; }
</style>
<main>
<h1>${escapeText(title)}</h1>
<p>${escapeText(text)}</p>
<p>${escapeText(nextStep).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>
</main>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
