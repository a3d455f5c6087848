import { Button, Loader } from '@mantine/core';
import { ArrowDown } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VList, type VListHandle } from 'virtua';
import type { Message, Person, Reference } from '@/api/types';
import { Announcer } from './Announcer';
import classes from './Chat.module.css';
import { type Log, reachedStart } from './log';
import { MessageBody, MessageFrame } from './Message';
import { DayDivider, Note } from './Note';
import type { Pending } from './outbox';
import { PendingMessage } from './PendingMessage';
import { type Row, rowsOf } from './rows';
import { useStick } from './useStick';

/** Pixels from the top at which the page before is fetched. */
const prefetch = 600;

interface Props {
  log: Log;
  pending: Pending[];
  me: Person;
  connected: boolean;
  older: { load: () => void; loading: boolean; failed: boolean };
  onRetry: (clientMsgId: string) => void;
  onDiscard: (clientMsgId: string) => void;
  attachment: (reference: Reference, removed: boolean) => ReactNode;
  /** What is on its way besides messages; stands after the last row. */
  children?: ReactNode;
}

export function Conversation(props: Props) {
  const { log, pending, me, older } = props;
  const { t } = useTranslation();
  const list = useRef<VListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(log, pending, me), [log, pending, me]);
  const hasTail = props.children !== undefined && props.children !== false;
  const { atEnd, toEnd, onScroll } = useStick(list, box, rows.length + (hasTail ? 1 : 0));
  const prepended = usePrepended(log.lo);
  const unseen = useUnseen(rows, me, atEnd);

  // What I wrote is what I want to see.
  const lastPending = pending.at(-1)?.clientMsgId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another message of mine comes, not when toEnd changes
  useEffect(() => {
    if (lastPending !== undefined) toEnd();
  }, [lastPending]);

  const wantOlder = !reachedStart(log) && !older.loading && !older.failed;
  const scrolled = () => {
    onScroll();
    if (wantOlder && (list.current?.scrollOffset ?? 0) < prefetch) older.load();
  };
  // A short page leaves nothing to scroll: fill the screen.
  useEffect(() => {
    const handle = list.current;
    if (handle !== null && wantOlder && handle.scrollSize <= handle.viewportSize + prefetch) older.load();
  }, [wantOlder, older.load]);

  return (
    <div className={classes.conversation} ref={box}>
      {/* aria-live is off: scrolling and history also change this region. The announcer says what is new. */}
      <VList
        ref={list}
        className={classes.log}
        shift={prepended}
        onScroll={scrolled}
        role="log"
        aria-live="off"
        aria-label={t('chat.log')}
        aria-busy={older.loading}
        tabIndex={0}
      >
        {rows.map((row, index) => (
          <div key={row.key} className={classes.row}>
            {index === 0 && reachedStart(log) && <p className={classes.start}>{t('chat.start')}</p>}
            {row.day && <DayDivider at={row.at} />}
            <RowView row={row} {...props} />
          </div>
        ))}
        {hasTail && (
          <div key="tail" className={classes.row}>
            {props.children}
          </div>
        )}
      </VList>
      {(older.loading || older.failed) && (
        <div className={classes.older} role="status">
          {older.loading && <Loader size="sm" aria-label={t('app.loading')} />}
          {older.failed && !older.loading && (
            <Button size="compact-sm" variant="default" onClick={older.load}>
              {t('chat.olderFailed')} · {t('app.retry')}
            </Button>
          )}
        </div>
      )}
      {!atEnd && (
        <Button className={classes.jump} onClick={toEnd} leftSection={<ArrowDown size={16} aria-hidden />}>
          {unseen > 0 ? t('chat.jumpCount', { count: unseen }) : t('chat.jump')}
        </Button>
      )}
      <Announcer log={log} me={me} />
    </div>
  );
}

function RowView({ row, me, connected, onRetry, onDiscard, attachment }: Props & { row: Row }) {
  switch (row.kind) {
    case 'note':
      return <Note row={row} />;
    case 'pending':
      return (
        <MessageFrame author={me} mine first={row.first} at={row.at}>
          <PendingMessage
            pending={row.pending}
            connected={connected}
            onRetry={() => onRetry(row.pending.clientMsgId)}
            onDiscard={() => onDiscard(row.pending.clientMsgId)}
          />
        </MessageFrame>
      );
    case 'message':
      return (
        <MessageFrame
          author={row.message.author}
          mine={row.message.author.user_id === me.user_id}
          first={row.first}
          at={row.at}
        >
          <MessageBody message={row.message} attachment={attached(row.message, row.removed, attachment)} />
        </MessageFrame>
      );
  }
}

function attached(message: Message, removed: boolean, attachment: Props['attachment']): ReactNode {
  return message.metadata === undefined ? null : attachment(message.metadata, removed);
}

/** True for the one rendering in which older rows have come in front. */
function usePrepended(lo: number): boolean {
  const before = useRef(lo);
  const prepended = lo < before.current;
  useLayoutEffect(() => {
    before.current = lo;
  }, [lo]);
  return prepended;
}

/** How many messages of others came since the reader was last at the end. */
function useUnseen(rows: Row[], me: Person, atEnd: boolean): number {
  const last = rows.findLast((row) => row.kind === 'message');
  const newest = last?.kind === 'message' ? last.message.seq : 0;
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    if (atEnd) setSeen(newest);
  }, [atEnd, newest]);
  if (atEnd) return 0;
  return rows.filter(
    (row) => row.kind === 'message' && row.message.seq > seen && row.message.author.user_id !== me.user_id,
  ).length;
}
