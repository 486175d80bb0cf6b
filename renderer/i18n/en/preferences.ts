/** Texts of the preferences. */
export const preferences = {} as const;
