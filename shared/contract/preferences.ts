/** What the user prefers, kept by the host, so that it is the same through every door. */
import { z } from 'zod';
import { FONT_SIZE, MAX_CORES, MEMORY_STEP, SCROLLBACK } from './limits.ts';
import { KERNELS } from './machine.ts';

export const preferences = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** BCP 47; only languages that are complete are offered. */
  language: z.enum(['en']).default('en'),
  reducedMotion: z.enum(['system', 'always']).default('system'),
  /** What closing the window does while guests run. */
  onClose: z.enum(['ask', 'keep-running', 'shut-down', 'power-off']).default('ask'),
  notifications: z.boolean().default(true),
  console: z
    .object({
      /** CSS pixels. */
      fontSize: z.int().min(FONT_SIZE.least).max(FONT_SIZE.most).default(FONT_SIZE.usual),
      theme: z.enum(['dark', 'light', 'follow']).default('dark'),
      /** Lines. */
      scrollback: z.int().min(SCROLLBACK.least).max(SCROLLBACK.most).default(SCROLLBACK.most),
      cursorBlink: z.boolean().default(false),
      bell: z.enum(['off', 'visual', 'sound']).default('visual'),
      copyOnSelect: z.boolean().default(false),
      warnOnMultiLinePaste: z.boolean().default(true),
      /** Guests may set the clipboard (OSC 52). */
      allowClipboard: z.boolean().default(false),
      screenReader: z.boolean().default(false),
      renderer: z.enum(['auto', 'dom']).default('auto'),
    })
    .prefault({}),
  newMachine: z
    .object({
      cores: z.int().min(1).max(MAX_CORES).default(1),
      memory: z
        .int()
        .multipleOf(MEMORY_STEP)
        .default(256 * MEMORY_STEP),
      kernel: z.enum(KERNELS).default('stock'),
    })
    .prefault({}),
});
export type Preferences = z.infer<typeof preferences>;

type Changeable<S extends Record<string, z.ZodDefault>> = {
  [K in keyof S]: z.ZodOptional<ReturnType<S[K]['unwrap']>>;
};

/** The same fields, none required and without defaults: `.partial()` alone would fill in what is not given. */
function changeable<S extends Record<string, z.ZodDefault>>(shape: S): Changeable<S> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [key, (field.unwrap() as z.ZodType).optional()]),
  ) as Changeable<S>;
}

const { console: consolePart, newMachine: newMachinePart, ...plain } = preferences.shape;

/** What is given replaces what was, also field by field in `console` and `newMachine`; the rest stays. */
export const preferencesChange = z.object({
  ...changeable(plain),
  console: z.object(changeable(consolePart.unwrap().shape)).optional(),
  newMachine: z.object(changeable(newMachinePart.unwrap().shape)).optional(),
});
export type PreferencesChange = z.infer<typeof preferencesChange>;
