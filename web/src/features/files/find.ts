/** A part of a line, and whether it is what was looked for. */
export interface Part {
  at: number;
  text: string;
  match: boolean;
}

/** Cuts a line around every place that reads like `wanted`, whatever its case. */
export function parts(line: string, wanted: string): Part[] {
  if (wanted === '') return [{ at: 0, text: line, match: false }];
  const found: Part[] = [];
  let from = 0;
  for (const match of line.matchAll(pattern(wanted))) {
    if (match.index > from) found.push({ at: from, text: line.slice(from, match.index), match: false });
    found.push({ at: match.index, text: match[0], match: true });
    from = match.index + match[0].length;
  }
  if (from < line.length || found.length === 0)
    found.push({ at: from, text: line.slice(from), match: false });
  return found;
}

/** The numbers of the lines that hold `wanted`. */
export function linesWith(lines: readonly { text: string }[], wanted: string): number[] {
  if (wanted === '') return [];
  const one = pattern(wanted, '');
  return lines.flatMap(({ text }, index) => (one.test(text) ? [index] : []));
}

/** The hit after, or before, a line; around the ends. */
export function nextHit(hits: readonly number[], line: number, direction: 1 | -1): number | undefined {
  if (direction > 0) return hits.find((hit) => hit > line) ?? hits[0];
  return hits.findLast((hit) => hit < line) ?? hits.at(-1);
}

function pattern(wanted: string, flags = 'g'): RegExp {
  return new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), `${flags}iu`);
}
