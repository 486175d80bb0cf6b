import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../../../shared/contract/host.ts';

/** Milliseconds for one check: a disk on a network may never answer. */
const PATIENCE = 10_000;

/** What a check found: nothing to do where all is well. */
export type Finding =
  | { readonly status: 'ok'; readonly text: string }
  | { readonly status: 'warning' | 'failed'; readonly text: string; readonly nextStep: string };

export interface CheckSpec {
  readonly id: string;
  /** For people. */
  readonly title: string;
  run(): Finding | Promise<Finding>;
}

/** Never rejects: a check that fails itself is a failed check. */
export async function runCheck({ id, title, run }: CheckSpec, patience = PATIENCE): Promise<Check> {
  const patient = new AbortController();
  const tooLong = sleep(patience, undefined, { signal: patient.signal, ref: false }).then(
    (): Finding => ({
      status: 'warning',
      text: `No answer within ${patience / 1000} s`,
      nextStep: 'See whether the computer or its disk is busy or hangs.',
    }),
  );
  // Aborted when the check is faster
  tooLong.catch(() => {});
  const checked = (async () => run())().catch(
    (error: unknown): Finding => ({
      status: 'failed',
      text: `This could not be checked: ${error instanceof Error ? error.message : String(error)}`,
      nextStep: 'Report it with the archive that `inn doctor --bundle` makes.',
    }),
  );
  const finding = await Promise.race([checked, tooLong]);
  patient.abort();
  const { status, text } = finding;
  return { id, title, status, text, nextStep: finding.status === 'ok' ? null : finding.nextStep };
}

export function ok(text: string): Finding {
  return { status: 'ok', text };
}

export function warning(text: string, nextStep: string): Finding {
  return { status: 'warning', text, nextStep };
}

export function failed(text: string, nextStep: string): Finding {
  return { status: 'failed', text, nextStep };
}
