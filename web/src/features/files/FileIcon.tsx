import { FileImage, FileText, ScrollText } from 'lucide-react';
import type { FileKind } from '@/api/types';

const icons = { image: FileImage, document: FileText, log: ScrollText };

export function FileIcon({ kind, size = 24 }: { kind: FileKind; size?: number }) {
  const Icon = icons[kind];
  return <Icon size={size} strokeWidth={1.75} aria-hidden />;
}
