import { type ReactNode, useMemo } from 'react';
import type { Message, Person } from '@/api/types';
import { Announcer } from './Announcer';
import classes from './Chat.module.css';
import { findMessage, type Log, shown } from './log';
import type { Pending } from './outbox';
import { Pins } from './Pins';
import { type Row, rowsOf } from './rows';
import { type Talk, TalkContext } from './Talk';
import { Timeline } from './Timeline';

/** Loads more of the timeline in one direction. */
export interface Pager {
  load: () => void;
  loading: boolean;
  failed: boolean;
}

/** Where to look: every goal is a new object, so that the same place can be gone to twice. */
export interface Goal {
  seq: number;
}

interface Props extends Omit<Talk, 'find'> {
  log: Log;
  pending: Pending[];
  connected: boolean;
  unreadFrom: number | undefined;
  goal: Goal | undefined;
  older: Pager;
  newer: Pager;
  onLatest: () => void;
  onSeen: (seq: number) => void;
  /** More is loaded; `seq` is read just now. */
  onGrown: (seq: number) => void;
  onRetry: (clientMsgId: string) => void;
  onDiscard: (clientMsgId: string) => void;
  /** What is on its way besides messages; stands after the last row. */
  children?: ReactNode;
}

const nothing: Pending[] = [];

export function Conversation(props: Props) {
  const { log, me, room, unreadFrom } = props;
  const span = shown(log);
  const live = log.away === undefined;
  const pending = live ? props.pending : nothing;
  const rows = useMemo(() => rowsOf(span, pending, me, unreadFrom), [span, pending, me, unreadFrom]);
  const { members, mayPost, mayReact, mayDeleteAny, reply, edit, jump, attachment } = props;
  const talk: Talk = useMemo(
    () => ({
      room,
      me,
      members,
      mayPost,
      mayReact,
      mayDeleteAny,
      reply,
      edit,
      jump,
      attachment,
      find: (messageId: string): Message | undefined => findMessage(log, messageId),
    }),
    [room, me, members, mayPost, mayReact, mayDeleteAny, reply, edit, jump, attachment, log],
  );
  return (
    <TalkContext value={talk}>
      <div className={classes.conversation}>
        <Pins roomId={room.room_id} onJump={jump} />
        <Timeline
          key={log.view}
          rows={rows}
          span={span}
          head={live ? log.newest.hi : undefined}
          lastMine={lastOf(rows, me)}
          {...props}
        />
        <Announcer log={log} me={me} />
      </div>
    </TalkContext>
  );
}

function lastOf(rows: Row[], me: Person): string | undefined {
  return rows.findLast((row) => row.kind === 'message' && row.message.author.user_id === me.user_id)?.key;
}
