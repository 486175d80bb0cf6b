/** The byte streams between a machine and its host: its consoles, by the names that Linux gives them, and the guest agent's port. */

/** The port by which a guest agent is found: that of QEMU's, which guests know. */
export const AGENT_PORT = 'org.qemu.guest_agent.0';

/** All that a machine can have; the place in this list is the place in shared memory (`MACHINE.inFlight`). */
export const CHANNELS = ['ttyS0', 'hvc0', 'hvc1', 'hvc2', 'hvc3', AGENT_PORT] as const;
export type Channel = (typeof CHANNELS)[number];

/** Where a guest's first output goes, and that of its SBI. */
export type BootConsole = 'ttyS0' | 'hvc0';

/** Virtio terminals that a machine can have: `hvc0` and on. */
export const MAX_TERMINALS = 4;

/** What a machine with so many virtio terminals has. There is always the UART, `ttyS0`. */
export function channelsOf(machine: { readonly terminals: number; readonly agent: boolean }): Channel[] {
  const { terminals, agent } = machine;
  if (!Number.isInteger(terminals) || terminals < 1 || terminals > MAX_TERMINALS) {
    throw new RangeError(`${terminals} virtio terminals: a machine has 1 to ${MAX_TERMINALS}`);
  }
  return CHANNELS.filter((channel, place) => (channel === AGENT_PORT ? agent : place <= terminals));
}

export function isChannel(name: string): name is Channel {
  return (CHANNELS as readonly string[]).includes(name);
}
