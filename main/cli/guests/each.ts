/** Commands that take several names: one that fails does not keep the others from being done. */
import type { Machine } from '../../../shared/contract/machine.ts';
import { errorText, statusOf } from '../report.ts';
import type { Door } from './door.ts';
import { findNamed } from './find.ts';

export const machineNamed = ({ id, settings }: Machine) => ({ id, name: settings.name });

export async function findMachine({ client }: Door, name: string): Promise<Machine> {
  return findNamed(await client.call('machine.list', {}), name, machineNamed);
}

/** Does `work` for each; the exit status is the first failure's. A single one that fails is thrown, as everywhere. */
export async function forEach(
  door: Door,
  names: readonly string[],
  work: (machine: Machine) => Promise<unknown>,
): Promise<number> {
  const machines = await door.client.call('machine.list', {});
  const results: unknown[] = [];
  let status = 0;
  for (const name of names) {
    try {
      const machine = findNamed(machines, name, machineNamed);
      results.push(await work(machine));
      if (!door.output.json) door.output.line(machine.settings.name);
    } catch (error) {
      if (names.length === 1) throw error;
      door.output.say(errorText(error));
      status ||= statusOf(error);
    }
  }
  if (door.output.json) door.output.line(JSON.stringify(results));
  return status;
}
