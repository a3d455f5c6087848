import type { ScanState } from '@/api/types';

/** Whether a file's bytes may be had: not before its check, and not when something was found in it. */
export function mayOpen({ scan_state }: { scan_state?: ScanState }): boolean {
  return scan_state !== 'pending' && scan_state !== 'infected';
}
