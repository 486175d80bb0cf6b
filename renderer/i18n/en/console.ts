/** Texts of consoles. */
export const console = {} as const;
