/** The host service itself: what it is, what it may use, how it fares. */
import { z } from 'zod';

export const HOST_KINDS = ['app', 'serve', 'background'] as const;

export const hostInfo = z.object({
  version: z.string(),
  kind: z.enum(HOST_KINDS),
  pid: z.number(),
  dataFolder: z.string(),
  platform: z.string(),
  /** Logical CPUs. */
  cpus: z.int(),
  /** Bytes of memory of the computer, or of the container that the host runs in. */
  memory: z.number(),
  startedAt: z.number(),
  limits: z.object({
    /** Cores of one machine. */
    cores: z.int(),
    /** Bytes of memory of one machine with one core. */
    memory: z.number(),
  }),
  /** The guests that are built and ready to start without waiting. */
  readyKernels: z.array(z.enum(['stock', 'small'])),
});
export type HostInfo = z.infer<typeof hostInfo>;

/** Every second. */
export const hostStatus = z.object({
  at: z.number(),
  /** Share of all CPUs of the computer that is busy, 0 to 1. */
  cpu: z.number(),
  memoryTotal: z.number(),
  /** Bytes that no program uses. */
  memoryFree: z.number(),
  /** Bytes that running machines may take. */
  memoryPromised: z.number(),
  diskFree: z.number(),
  running: z.int(),
});
export type HostStatus = z.infer<typeof hostStatus>;

export const check = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  text: z.string(),
  nextStep: z.string().nullable(),
});
export type Check = z.infer<typeof check>;

/** What the host found on its way up that the user should know: a damaged machine that was set aside, say. */
export const notice = z.object({
  id: z.string(),
  level: z.enum(['warning', 'error']),
  code: z.string(),
  message: z.string(),
  nextStep: z.string(),
});
export type Notice = z.infer<typeof notice>;
