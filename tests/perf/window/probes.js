/**
 * What the benchmark sees of a page from inside. Put into every page before its own scripts; the same for ours and for the peers.
 * Times are milliseconds of `performance.now()`.
 */
globalThis.bench = (() => {
  const PATIENCE = 20_000;

  /** When the last key or button went down, as the browser stamped it. */
  let inputAt = 0;
  for (const kind of ['pointerdown', 'keydown']) {
    addEventListener(
      kind,
      (event) => {
        inputAt = event.timeStamp;
      },
      { capture: true },
    );
  }

  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const task = () => new Promise((resolve) => setTimeout(resolve, 0));
  const usable = (element) => element.closest('[aria-disabled="true"], :disabled') === null;

  /** Resolves in the task after the frame that shows `text` in a usable element of `selector`. */
  async function shown(selector, text) {
    const there = () =>
      [...document.querySelectorAll(selector)].some((element) => element.textContent.includes(text) && usable(element));
    const giveUpAt = performance.now() + PATIENCE;
    do await frame();
    while (!there() && performance.now() < giveUpAt);
    if (!there()) throw new Error(`"${text}" did not come in ${selector} within ${PATIENCE} ms`);
    await task();
    return performance.now();
  }

  /** Milliseconds between frames, until `stop`. */
  function frames() {
    const times = [];
    let going = true;
    const next = (time) => {
      times.push(time);
      if (going) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    return () => {
      going = false;
      return times.slice(1).map((time, at) => time - times[at]);
    };
  }

  let stopFrames = () => [];

  /** From here on, how long after the last input the box of `selector` came to rest, laid out. Sparklines do not count. */
  function settling(selector) {
    const box = document.querySelector(selector);
    let restAt = 0;
    const observer = new MutationObserver(() => {
      box.getBoundingClientRect();
      restAt = performance.now();
    });
    observer.observe(box, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ['style', 'hidden', 'aria-setsize', 'aria-posinset', 'data-key'],
    });
    return () => {
      observer.disconnect();
      return Math.max(0, restAt - inputAt);
    };
  }

  let settled = () => 0;

  return {
    /** Watches from here on for what the next input leads to; `answer` is a promise of the milliseconds from input to sight. */
    expectAnswer(selector, text) {
      this.answer = shown(selector, text).then((at) => at - inputAt);
      // Told to whoever asks
      this.answer.catch(() => {});
    },
    answer: Promise.resolve(0),
    /** Watches for it from the beginning of the page; `firstShown` is a promise of when. */
    expectFirst(selector, text) {
      this.firstShown = shown(selector, text);
    },
    firstShown: Promise.resolve(0),
    beginFrames() {
      stopFrames = frames();
    },
    endFrames: () => stopFrames(),
    beginSettling(selector) {
      settled = settling(selector);
    },
    endSettling: () => settled(),
  };
})();
