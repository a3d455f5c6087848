import type { Place } from '@/api/types';

/** Site, line, station, equipment, as far as they are known. */
export function placeParts(place: Place): string[] {
  return [place.site, place.line, place.station, place.equipment].filter(
    (part): part is string => part !== undefined && part !== '',
  );
}

export function placeText(place: Place): string {
  return placeParts(place).join(' › ');
}

/** A title from a template's pattern; a part that is not known leaves no hole. */
export function fillTitle(pattern: string, place: Place): string {
  return pattern
    .replace(/\{(line|station|site|equipment)\}/g, (_, part: keyof Place) => place[part]?.trim() ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
