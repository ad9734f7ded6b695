// Numbers and times as people read them.

const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export const number = (value: number): string => NUMBER.format(value);
export const percent = (share: number): string => PERCENT.format(share);

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** An instant as any family writes it: `2026-08-11 21:06:57.24Z`, `20260811T21:06:57`, ISO 8601, or seconds. */
export function instant(value: string | number | null): Date | null {
  if (value === null || value === "") return null;
  if (typeof value === "number") return new Date(value * 1000);
  const text = value.replace(/^(\d{4})(\d\d)(\d\d)T/, "$1-$2-$3T").replace(" ", "T").replace(/(\.\d{3})\d+/, "$1");
  const found = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(found.getTime()) ? null : found;
}

export function time(value: string | number | null): string {
  const found = instant(value);
  return found ? TIME.format(found) : "–";
}

export function bytes(count: number): string {
  if (count < 1000) return plural(count, "byte");
  const units = ["kB", "MB", "GB"];
  let value = count / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
