/** One line of news while a guest is made. */
export interface GuestProgress {
  step: string;
  /** 0 to 100 within this step, where it is known. */
  percent?: number;
}

export type OnProgress = (progress: GuestProgress) => void;
