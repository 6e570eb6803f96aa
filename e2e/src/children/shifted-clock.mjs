// Preloaded with `--import`: the wall clock of this process is wrong by LINSTOCK_CLOCK_SHIFT_MS, in all its threads.
const shift = Number(process.env.LINSTOCK_CLOCK_SHIFT_MS ?? '0');
const RealDate = globalThis.Date;

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift);
    else super(...args);
  }

  static now() {
    return RealDate.now() + shift;
  }
};
