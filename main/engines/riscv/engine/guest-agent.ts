/**
 * The host's end of a guest agent: the protocol of QEMU's (docs/interop/qemu-ga-ref), a JSON object per line. What comes from
 * the guest may be anything: it is bounded, and ignored where it is not the answer that is waited for.
 */

export interface AgentCommand {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export type AgentAnswer =
  | { readonly kind: 'returned'; readonly value: unknown }
  /** The guest's own words. */
  | { readonly kind: 'refused'; readonly description: string }
  /** Nobody listens, or the time is up. */
  | { readonly kind: 'silent' };

/** What the agent's port is to its host. */
export interface AgentPort {
  send(bytes: Uint8Array): void;
  /** False while earlier commands wait to be read. */
  room(): boolean;
}

/** Starts an exchange afresh, in both directions (guest-sync-delimited). */
const DELIMITER = 0xff;
const NEWLINE = 0x0a;
/** Bytes of one line of an answer; of what is longer nothing is kept. */
const LONGEST_LINE = 64 * 1024;
/** For an answer, in milliseconds. An agent that listens answers in some tens of them, however busy the guest. */
const PATIENCE = 2000;
/** For a refusal of what is not answered when all goes well. */
const REFUSAL_PATIENCE = 300;

const SILENT = { kind: 'silent' } as const satisfies AgentAnswer;

export class GuestAgent {
  readonly #port: AgentPort;
  #open = false;
  #line: number[] = [];
  /** The rest of the line that is coming in is ignored. */
  #overlong = false;
  #onAnswer: ((answer: AgentAnswer) => void) | undefined;
  #lastSync = Date.now() & 0x3fff_ffff;
  /** Commands go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(port: AgentPort) {
    this.#port = port;
  }

  /** Whether something in the guest has opened the port. A change ends what is under way. */
  setOpen(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.#forgetLine();
    this.#onAnswer?.(SILENT);
  }

  /** Bytes from the guest. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === DELIMITER) this.#forgetLine();
      else if (byte === NEWLINE) this.#endLine();
      else if (this.#line.length === LONGEST_LINE) this.#overlong = true;
      else if (!this.#overlong) this.#line.push(byte);
    }
  }

  /** Asks, once earlier commands are done with; `patience` in milliseconds is for this command alone. Never rejects. */
  ask(command: AgentCommand, patience = PATIENCE): Promise<AgentAnswer> {
    return this.#exchange(() => command, patience);
  }

  /** Asks the guest to power itself off in order. False: nothing there does so. */
  async shutDown(): Promise<boolean> {
    const synced = { yes: false };
    const command: AgentCommand = { execute: 'guest-shutdown', arguments: { mode: 'powerdown' } };
    const answer = await this.#exchange(() => {
      synced.yes = true;
      return command;
    }, REFUSAL_PATIENCE);
    // guest-shutdown is answered only where it fails
    return synced.yes && answer.kind !== 'refused';
  }

  /** Has the guest set its clock to the host's, to some milliseconds. False: nothing there does so. */
  async setClock(): Promise<boolean> {
    const answer = await this.#exchange(async () => {
      // Agents that are scripts know whole seconds only
      await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
      return { execute: 'guest-set-time', arguments: { time: BigInt(Date.now()) * 1_000_000n } };
    }, PATIENCE);
    return answer.kind === 'returned';
  }

  /** `prepare` makes the command once the agent is known to listen. */
  #exchange(prepare: () => AgentCommand | Promise<AgentCommand>, patience: number): Promise<AgentAnswer> {
    const exchange = async (): Promise<AgentAnswer> => {
      if (!(await this.#sync())) return SILENT;
      const command = await prepare();
      return this.#await(encode(command), patience, () => true);
    };
    const answer = this.#turn.then(exchange);
    this.#turn = answer;
    return answer;
  }

  /** Whether an agent listens; what it said before is over then. */
  async #sync(): Promise<boolean> {
    const id = ++this.#lastSync;
    const command = encode({ execute: 'guest-sync-delimited', arguments: { id } });
    const request = Buffer.concat([Uint8Array.of(DELIMITER), command]);
    const answer = await this.#await(request, PATIENCE, (said) => said.kind === 'returned' && said.value === id);
    return answer.kind === 'returned';
  }

  async #await(request: Uint8Array, patience: number, isMeant: (answer: AgentAnswer) => boolean): Promise<AgentAnswer> {
    if (!this.#open || !this.#port.room()) return SILENT;
    return new Promise((resolve) => {
      const end = (answer: AgentAnswer) => {
        clearTimeout(timer);
        this.#onAnswer = undefined;
        resolve(answer);
      };
      const timer = setTimeout(end, patience, SILENT);
      this.#onAnswer = (answer) => {
        if (answer.kind === 'silent' || isMeant(answer)) end(answer);
      };
      this.#port.send(request);
    });
  }

  #endLine(): void {
    const answer = this.#overlong ? undefined : readAnswer(Buffer.from(this.#line).toString('utf8'));
    this.#forgetLine();
    if (answer) this.#onAnswer?.(answer);
  }

  #forgetLine(): void {
    this.#line = [];
    this.#overlong = false;
  }
}

/** JSON, with bigints as the numbers they are. */
function encode({ execute, arguments: values }: AgentCommand): Uint8Array {
  const fields = Object.entries(values ?? {}).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
  );
  const rest = values === undefined ? '' : `,"arguments":{${fields.join(',')}}`;
  return Buffer.from(`{"execute":${JSON.stringify(execute)}${rest}}\n`);
}

/** Undefined for what is no answer. */
function readAnswer(line: string): AgentAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('return' in value) return { kind: 'returned', value: value.return };
  if (!('error' in value)) return undefined;
  const { error } = value;
  const description = typeof error === 'object' && error !== null && 'desc' in error ? error.desc : undefined;
  return { kind: 'refused', description: typeof description === 'string' ? description : '' };
}
