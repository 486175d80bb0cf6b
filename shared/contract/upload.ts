/** A file that somebody hands to the host: by its path where both are on one computer, or as an upload, for a browser has no paths. */
import { z } from 'zod';

export const uploadId = z.string().regex(/^[a-z0-9]{16}$/);
export const fileRef = z.union([z.object({ path: z.string().min(1).max(4096) }), z.object({ upload: uploadId })]);
export type FileRef = z.infer<typeof fileRef>;
