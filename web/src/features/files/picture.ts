import type { File } from '@/api/types';
import type { Opened, Picture } from './Viewer';

export function pictureOf(file: File): Picture {
  return {
    file_id: file.file_id,
    filename: file.filename,
    url: file.download_url,
    text: file.description ?? '',
    size: file.file_size,
    by: file.uploader.name,
    at: file.uploaded_at,
  };
}

export function openedOf(file: File): Opened {
  return {
    file_id: file.file_id,
    filename: file.filename,
    kind: file.file_type,
    size: file.file_size,
    url: file.download_url,
  };
}

/** The older one first: before, then after. */
export function inTime(one: Picture, other: Picture): [before: Picture, after: Picture] {
  return one.at <= other.at ? [one, other] : [other, one];
}
