/**
 * A marker is a console line that a benchmark program prints for the harness: `@@UP`, `@@BEGIN name`,
 * `@@END name key=value ...`, `@@DONE`.
 */
export interface Marker {
  kind: 'UP' | 'BEGIN' | 'END' | 'DONE';
  /** Workload of BEGIN and END, else empty. */
  name: string;
  /** The `key=value` words after the name. */
  fields: Readonly<Record<string, string>>;
}

const LINE = /@@(UP|BEGIN|END|DONE)((?: [^ ]+)*) *$/;

/** The marker at the end of a console line (something else may have left the cursor in mid-line), or undefined. */
export function parseMarker(line: string): Marker | undefined {
  const match = LINE.exec(line);
  if (!match) return undefined;
  const kind = match[1] as Marker['kind'];
  const words = (match[2] ?? '').split(' ').filter((word) => word !== '');
  const named = kind === 'BEGIN' || kind === 'END';
  const name = named ? words.shift() : '';
  if (name === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) fields[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return { kind, name, fields };
}

/** A field that holds a number. Throws if it is missing or no number: the program and the harness do not fit together. */
export function numberField(marker: Marker, key: string): number {
  const text = marker.fields[key];
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isFinite(value)) {
    throw new Error(`Marker "${marker.kind} ${marker.name}" has no number "${key}": ${JSON.stringify(marker.fields)}`);
  }
  return value;
}

/** Cuts chunks of text into lines; a carriage return before the line's end is dropped. An unfinished line waits. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r+$/, ''));
  };
}
