// Plots as inline SVG, each with a table of the same numbers beside it.

import type { ComponentChildren } from "preact";
import { number, percent } from "../format";
import { TableBox } from "../parts/notice";
import type { Bucket } from "./series";

const COLOURS = 8; // --plot-1 … --plot-8 of the style sheet

export const colour = (index: number): string => `plot-${(index % COLOURS) + 1}`;

interface PlotProps {
  title: string;
  legend?: string[];
  table: { head: string[]; rows: (string | number)[][] };
  children: ComponentChildren;
}

/** A plot under its title, what its colours mean, and its numbers. */
export function Plot({ title, legend = [], table, children }: PlotProps) {
  return (
    <figure class="card plot">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <div class="plot-body">
        <div class="drawing">
          {children}
          {legend.length > 0 && (
            <ul class="legend">
              {legend.map((name, index) => (
                <li key={name}>
                  <span class={`swatch ${colour(index)}`} aria-hidden="true" /> {name}
                </li>
              ))}
            </ul>
          )}
        </div>
        <TableBox label={`${title}, in numbers`}>
          <table>
            <thead>
              <tr>
                {table.head.map((name, index) => (
                  <th key={name} class={index ? "number" : ""}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={String(row[0])}>
                  {row.map((cell, index) => (
                    <td key={index} class={index ? "number" : ""}>
                      {typeof cell === "number" ? number(cell) : cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      </div>
    </figure>
  );
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 26;
const TOP = 8;

/** Stacked bars over time, one colour for each of `names`. */
export function TimeBars({ title, bars, names }: { title: string; bars: Bucket[]; names: string[] }) {
  const sums = bars.map(({ counts }) => names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0));
  const top = ceiling(Math.max(1, ...sums));
  const step = (WIDTH - LEFT) / bars.length;
  const bar = Math.min(step * 0.72, 48);
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top);
  const labels = Math.ceil(bars.length / 6); // about six fit
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. The table has the numbers.`}>
      {[0, top / 2, top].map((count) => (
        <g key={count}>
          <line class="grid" x1={LEFT} x2={WIDTH} y1={y(count)} y2={y(count)} />
          <text x={LEFT - 8} y={y(count) + 4} text-anchor="end">
            {number(count)}
          </text>
        </g>
      ))}
      {bars.map(({ label, counts }, place) => {
        let sum = 0;
        const x = LEFT + step * place + (step - bar) / 2;
        return (
          <g key={label}>
            {names.map((name, index) => {
              const count = counts.get(name) ?? 0;
              sum += count;
              return count ? (
                <rect key={name} class={colour(index)} x={x} width={bar} y={y(sum)} height={y(sum - count) - y(sum)}>
                  <title>{`${label}, ${name}: ${number(count)}`}</title>
                </rect>
              ) : null;
            })}
            {place % labels === 0 && (
              <text x={x + bar / 2} y={HEIGHT - 8} text-anchor="middle">
                {label}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** A round number at or above the count, with a round half. */
function ceiling(count: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(count));
  const steps = [1, 2, 4, 6, 8, 10].map((factor) => factor * magnitude);
  return Math.max(2, steps.find((step) => step >= count) ?? count);
}

const ROW = 34;

export interface Line {
  name: string;
  /** Each with the colour of its place. */
  counts: number[];
  /** Behind the bar. */
  said: string;
}

/** Horizontal bars, a line for each name; `shares` makes all of them equally long. */
export function Lines({ title, lines, shares = false }: { title: string; lines: Line[]; shares?: boolean }) {
  const sum = (line: Line) => line.counts.reduce((total, count) => total + count, 0);
  const longest = Math.max(1, ...lines.map(sum));
  const room = WIDTH - 90;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${lines.length * ROW + 4}`} role="img" aria-label={`${title}. The table has the numbers.`}>
      {lines.map((line, place) => {
        let x = 0;
        const scale = room / (shares ? Math.max(1, sum(line)) : longest);
        return (
          <g key={line.name}>
            <text class="name" x={0} y={place * ROW + 13}>
              {line.name}
            </text>
            {line.counts.map((count, index) => {
              const from = x;
              x += count * scale;
              return count ? <rect key={index} class={colour(index)} x={from} y={place * ROW + 18} width={count * scale} height={10} /> : null;
            })}
            <text x={x + 8} y={place * ROW + 28}>
              {line.said}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

export const share = (part: number, whole: number): string => (whole ? percent(part / whole) : "–");
