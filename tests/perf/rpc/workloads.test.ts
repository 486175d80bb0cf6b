import { expect, it } from 'vitest';
import { TRANSPORTS } from './transports.ts';
import { bareJson, FIGURES, type Figure, measure, ours } from './workloads.ts';

it.each(Object.entries(TRANSPORTS))('both sides do the same work over %s', async (name, start) => {
  const transport = await start();
  expect(transport.name).toBe(name);
  try {
    for (const side of [await ours(await transport.wires()), bareJson(await transport.lines())]) {
      for (const figure of Object.keys(FIGURES) as Figure[]) {
        for (let round = 0; round < 2; round++) {
          const { perSecond, perCpuSecond } = await measure(figure, side, 2);
          expect([perSecond > 0, perCpuSecond > 0]).toEqual([true, true]);
        }
      }
    }
  } finally {
    transport.close();
  }
});

it('a side that loses bytes or answers something else is no measurement', async () => {
  const broken = {
    call: () => Promise.reject(new Error('unused')),
    console: (bytes: number) => Promise.resolve({ bytes, sum: 1 }),
  };
  await expect(measure('console', broken, 1)).rejects.toThrow('lost or changed');
  await expect(measure('calls', broken, 1)).rejects.toThrow('unused');
});
