import { CircleCheckBig, MessageSquare, TrendingUp } from 'lucide-react';
import type { SendMessageFrame } from '@/api/types';

export type Kind = SendMessageFrame['message_type'];

export const kinds: readonly Kind[] = ['TEXT', 'DECISION', 'STATUS_UPDATE'];
export const icons = { TEXT: MessageSquare, DECISION: CircleCheckBig, STATUS_UPDATE: TrendingUp };
