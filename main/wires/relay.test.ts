import { describe, expect, it } from 'vitest';
import { wirePair } from '../../shared/rpc/pair.ts';
import { relay } from './relay.ts';

function relayed() {
  const [door, outer] = wirePair();
  const [inner, host] = wirePair();
  return { door, outer, inner, host };
}

describe('a relay', () => {
  it('passes messages on both ways, in order, also those from before it was there', async () => {
    const { door, outer, inner, host } = relayed();
    const at = { door: [] as Uint8Array[], host: [] as Uint8Array[] };
    door.onMessage((message) => at.door.push(message));
    host.onMessage((message) => at.host.push(message));
    door.send(new Uint8Array([1]));
    host.send(new Uint8Array([2]));
    await new Promise((resolve) => setImmediate(resolve));
    relay(outer, inner);
    door.send(new Uint8Array([3]));
    host.send(new Uint8Array([4]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(at.host).toEqual([new Uint8Array([1]), new Uint8Array([3])]);
    expect(at.door).toEqual([new Uint8Array([2]), new Uint8Array([4])]);
  });

  it('does not look into messages: what is none of ours arrives as the very same bytes', async () => {
    const { door, outer, inner, host } = relayed();
    const got: Uint8Array[] = [];
    host.onMessage((message) => got.push(message));
    relay(outer, inner);
    const sent = new Uint8Array([0xff, 0x00, 0xc1]);
    door.send(sent);
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toHaveLength(1);
    expect(got[0]).toBe(sent);
  });

  it.each(['door', 'host', 'outer', 'inner'] as const)('closes all when its %s does', async (which) => {
    const wires = relayed();
    relay(wires.outer, wires.inner);
    wires[which].close();
    await Promise.all(
      Object.values(wires).map((wire) => new Promise<void>((resolve) => wire.onClose(() => resolve()))),
    );
  });

  it('closes one that joins a wire that is closed already', async () => {
    const { door, outer, inner, host } = relayed();
    host.close();
    await new Promise((resolve) => setImmediate(resolve));
    relay(outer, inner);
    await new Promise<void>((resolve) => door.onClose(() => resolve()));
  });
});
