export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs what it is given, at most `atOnce` at a time; the others wait for their turn. */
export function turns(atOnce: number): Turn {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
