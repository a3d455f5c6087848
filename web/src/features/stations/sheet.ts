/** What is printed: a code for each station of a line. It stands in the address, to be kept and sent. */
export interface Sheet {
  site?: string;
  line?: string;
  station?: string[];
}

/** Characters of each part of a place, as the server takes them. */
export const maxPart = 80;
/** Stations on one sheet: an address grows no longer than browsers take. */
const maxStations = 100;

function part(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxPart) : undefined;
}

export function readSheet(search: Record<string, unknown>): Sheet {
  const station = stationsOf([search.station].flat().filter((one) => typeof one === 'string'));
  return { site: part(search.site), line: part(search.line), station };
}

/** One station for every line that says something, each once. */
export function stationsOf(lines: string[]): string[] | undefined {
  const names = lines.map((line) => line.trim().slice(0, maxPart)).filter((name) => name !== '');
  return names.length === 0 ? undefined : [...new Set(names)].slice(0, maxStations);
}

/** Where the code of a station leads: to a declaration that knows its place. */
export function linkOf(origin: string, { site, line }: Sheet, station: string): string {
  const place = Object.entries({ site: site?.trim(), line: line?.trim(), station });
  const known = place.filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `${origin}/declare?${new URLSearchParams(known)}`;
}
