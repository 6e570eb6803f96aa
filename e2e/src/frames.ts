import type { Page } from 'playwright-core';

const WATCH_FRAMES = `(() => {
  window.longestFrame = 0;
  let last = performance.now();
  const frame = (now) => {
    window.longestFrame = Math.max(window.longestFrame, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`;

/** From now on the longest time between two frames is kept. */
export async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(WATCH_FRAMES);
}

/** The longest time between two frames since then, ms. */
export async function longestFrame(page: Page): Promise<number> {
  return page.evaluate<number>('window.longestFrame');
}
