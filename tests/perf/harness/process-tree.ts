/** Reads what a process and its descendants use from Linux's /proc (proc(5)). */

import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time of the whole tree, with children that have ended and been waited for. Seconds, to 0.01. */
  cpuSeconds: number;
  /** Resident memory now. Bytes; pages that several processes share count for each. */
  rssBytes: number;
  /** The most that was resident at any time: sum of every process's own peak. Bytes. */
  peakRssBytes: number;
}

/** USER_HZ, in which /proc shows times: 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Throws ENOENT if the process has ended. */
export function usageOf(pid: number): Usage {
  const total: Usage = { cpuSeconds: 0, rssBytes: 0, peakRssBytes: 0 };
  for (const member of treeOf(pid)) {
    try {
      total.cpuSeconds += parseStat(readFileSync(`/proc/${member}/stat`, 'latin1'));
      const status = readFileSync(`/proc/${member}/status`, 'latin1');
      total.rssBytes += parseKilobytes(status, 'VmRSS');
      total.peakRssBytes += parseKilobytes(status, 'VmHWM');
    } catch (error) {
      // A descendant that ended meanwhile has left its time with its parent.
      if (member === pid) throw error;
    }
  }
  return total;
}

function treeOf(pid: number): number[] {
  const tree = [pid];
  // Grows while it is walked.
  for (const member of tree) {
    try {
      for (const thread of readdirSync(`/proc/${member}/task`)) {
        const children = readFileSync(`/proc/${member}/task/${thread}/children`, 'latin1');
        tree.push(...children.split(' ').map(Number).filter(Boolean));
      }
    } catch {
      // Ended meanwhile, a thread or the process.
    }
  }
  return tree;
}

/** Seconds in utime, stime, cutime and cstime (fields 14 to 17). The name in field 2 may hold spaces and brackets. */
export function parseStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length !== 4 || ticks.some((value) => !Number.isInteger(value)))
    throw new Error(`Not a stat line: ${stat}`);
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** Bytes of a `Name:   123 kB` line of /proc/PID/status; 0 without it, as for a process that has just ended. */
export function parseKilobytes(status: string, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status);
  return match ? Number(match[1]) * 1024 : 0;
}
