// Days of a report put together to bars, so that a year is as easy to read as a week.

import type { QualityReport } from "../types";

export interface Bucket {
  /** Its first day, YYYY-MM-DD; or its month, YYYY-MM. */
  label: string;
  /** Counts by group. */
  counts: Map<string, number>;
}

const DAY = 86_400_000;
const MOST_BARS = 31;

export const NONE = "none given";

export const groupName = (group: Record<string, unknown>, by: string): string => String(group[by] ?? NONE);

/** The groups of the whole report, the largest first; all behind `most` as one. */
export function largest(report: QualityReport, most: number): { name: string; count: number }[] {
  const all = report.groups.map((group) => ({ name: groupName(group, report.group_by), count: group.count }));
  if (all.length <= most) return all;
  const rest = all.slice(most - 1).reduce((sum, { count }) => sum + count, 0);
  return [...all.slice(0, most - 1), { name: `${all.length - most + 1} others`, count: rest }];
}

/** The report's days as bars of a day, a week or a month; days without any entry are there too. */
export function buckets(report: QualityReport): Bucket[] {
  const first = report.series[0]?.date;
  const last = report.series.at(-1)?.date;
  if (!first || !last) return [];
  const days = (Date.parse(last) - Date.parse(first)) / DAY + 1;
  const label = days <= MOST_BARS ? byDay : days <= MOST_BARS * 7 ? byWeek : byMonth;
  const found = new Map<string, Bucket>();
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY) {
    const name = label(new Date(at));
    if (!found.has(name)) found.set(name, { label: name, counts: new Map() });
  }
  for (const day of report.series) {
    const { counts } = found.get(label(new Date(day.date)))!;
    for (const group of day.groups) {
      const name = groupName(group, report.group_by);
      counts.set(name, (counts.get(name) ?? 0) + group.count);
    }
  }
  return [...found.values()];
}

const byDay = (date: Date): string => date.toISOString().slice(0, 10);
const byMonth = (date: Date): string => date.toISOString().slice(0, 7);
const byWeek = (date: Date): string => byDay(new Date(date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY));
