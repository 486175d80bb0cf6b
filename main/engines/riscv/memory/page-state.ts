/**
 * One byte of state for each page of guest RAM. It is consulted when a write-TLB entry is filled and on every device
 * access, so that whoever hangs on a page's contents learns of a write: decoded code, snapshots, dirty tracking.
 */

export const PAGE_STATE = {
  /** Instructions of this page were decoded since its last write-TLB fill. */
  code: 1,
  /** Written since the bit was last cleared. */
  dirty: 2,
} as const;
