/** Version of the product that this window was built from. */
declare const __INN_VERSION__: string;
