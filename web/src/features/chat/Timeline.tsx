import { Badge, Button, Loader } from '@mantine/core';
import { ArrowDown, AtSign } from 'lucide-react';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VList, type VListHandle } from 'virtua';
import type { Person, Room } from '@/api/types';
import classes from './Chat.module.css';
import type { Goal, Pager } from './Conversation';
import { reachedStart, type Span } from './log';
import { DayDivider, UnreadDivider } from './Note';
import type { Pending } from './outbox';
import { RowView } from './RowView';
import { type Row, rowAt } from './rows';
import { useSeen } from './useSeen';
import { useStick } from './useStick';

/** Pixels from an edge at which the page beyond it is fetched. */
const prefetch = 600;
/** Milliseconds for which the row of a jump is marked. */
const flashFor = 2500;

interface Props {
  rows: Row[];
  span: Span;
  /** The newest seq; undefined in a window on another place. */
  head: number | undefined;
  lastMine: string | undefined;
  room: Room;
  me: Person;
  pending: Pending[];
  connected: boolean;
  goal: Goal | undefined;
  older: Pager;
  newer: Pager;
  onLatest: () => void;
  onSeen: (seq: number) => void;
  onGrown: (seq: number) => void;
  onRetry: (clientMsgId: string) => void;
  onDiscard: (clientMsgId: string) => void;
  children?: ReactNode;
}

/** One place of the timeline, scrolled; another place is another Timeline. */
export function Timeline(props: Props) {
  const { rows, span, head, goal, older, newer } = props;
  const { t } = useTranslation();
  const list = useRef<VListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const live = head !== undefined;
  const tail = live && props.children !== undefined && props.children !== false ? props.children : undefined;
  const start = useStart(rows, goal);
  const { atEnd, toEnd, leave, onScroll } = useStick({
    list,
    box,
    rows: rows.length + (tail === undefined ? 0 : 1),
    live,
    start,
  });
  const shifted = useShifted(span.lo);
  const flashed = useGoal(list, rows, goal, leave);
  const look = useSeen(list, box, rows, head, props.onSeen);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where the room opens
  useLayoutEffect(() => {
    if (start !== undefined && goal === undefined) list.current?.scrollToIndex(start, { align: 'start' });
  }, []);

  // What I wrote is what I want to see.
  const lastPending = props.pending.at(-1)?.clientMsgId;
  const before = useRef(lastPending);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another message of mine comes, not when toEnd changes
  useEffect(() => {
    if (lastPending !== undefined && lastPending !== before.current) live ? toEnd() : props.onLatest();
    before.current = lastPending;
  }, [lastPending]);

  const wantOlder = !reachedStart(span) && !older.loading && !older.failed;
  const wantNewer = !live && !newer.loading && !newer.failed;
  const edges = () => {
    const handle = list.current;
    if (handle === null || handle.viewportSize === 0) return;
    const below = handle.scrollSize - handle.scrollOffset - handle.viewportSize;
    if (wantOlder && handle.scrollOffset < prefetch) older.load();
    else if (wantNewer && below < prefetch) newer.load();
  };
  // A short page leaves nothing to scroll: fill the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when a page has come
  useEffect(() => {
    const frame = requestAnimationFrame(edges);
    return () => cancelAnimationFrame(frame);
  }, [wantOlder, wantNewer, span.lo, span.hi]);

  // What is far goes in a rendering of its own: the list takes a change at one end only.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when more is loaded
  useEffect(() => {
    const handle = list.current;
    const row = handle === null ? undefined : rows[handle.findItemIndex(handle.scrollOffset)];
    if (row !== undefined) props.onGrown(row.seq);
  }, [span]);

  return (
    <div className={classes.timeline} ref={box}>
      {/* aria-live is off: scrolling and history also change this region. The announcer says what is new. */}
      <VList
        ref={list}
        className={classes.log}
        shift={shifted}
        onScroll={() => {
          onScroll();
          edges();
          look();
        }}
        role="log"
        aria-live="off"
        aria-label={t('chat.log')}
        aria-busy={older.loading || newer.loading}
        tabIndex={0}
        data-region
      >
        {rows.map((row, index) => (
          <div key={row.key} className={classes.row} data-flash={row.seq === flashed || undefined}>
            {index === 0 && reachedStart(span) && <p className={classes.start}>{t('chat.start')}</p>}
            {row.day && <DayDivider at={row.at} />}
            {row.unread && <UnreadDivider />}
            <RowView
              row={row}
              me={props.me}
              connected={props.connected}
              last={row.key === props.lastMine}
              onRetry={props.onRetry}
              onDiscard={props.onDiscard}
            />
          </div>
        ))}
        {tail !== undefined && (
          <div key="tail" className={classes.row}>
            {tail}
          </div>
        )}
      </VList>
      <Loading pager={older} failed={t('chat.olderFailed')} />
      <Loading pager={newer} failed={t('chat.newerFailed')} below />
      {!atEnd && <JumpButton room={props.room} onClick={live ? toEnd : props.onLatest} />}
    </div>
  );
}

/** Where a place opens: at the goal, else at the first unread message, else (undefined) at the end. */
function useStart(rows: Row[], goal: Goal | undefined): number | undefined {
  const [start] = useState(() => {
    if (goal !== undefined) return rowAt(rows, goal.seq);
    const unread = rows.findIndex((row) => row.unread);
    return unread < 0 ? undefined : unread;
  });
  return start;
}

/** Brings the row of a goal into the middle and marks it for a moment; returns its seq meanwhile. */
function useGoal(
  list: { current: VListHandle | null },
  rows: Row[],
  goal: Goal | undefined,
  leave: () => void,
): number | undefined {
  const [flashed, setFlashed] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per goal, when its rows are there
  useEffect(() => {
    const index = goal === undefined ? -1 : rowAt(rows, goal.seq);
    const row = rows[index];
    if (row === undefined) return;
    leave();
    list.current?.scrollToIndex(index, { align: 'center' });
    setFlashed(row.seq);
    const timer = setTimeout(() => setFlashed(undefined), flashFor);
    return () => clearTimeout(timer);
  }, [goal]);
  return flashed;
}

/** True for the one rendering in which rows have come or gone in front. */
function useShifted(lo: number): boolean {
  const before = useRef(lo);
  const shifted = lo !== before.current;
  useLayoutEffect(() => {
    before.current = lo;
  }, [lo]);
  return shifted;
}

function Loading({ pager, failed, below }: { pager: Pager; failed: string; below?: boolean }) {
  const { t } = useTranslation();
  if (!pager.loading && !pager.failed) return null;
  return (
    <div className={classes.older} data-below={below || undefined} role="status">
      {pager.loading ? (
        <Loader size="sm" aria-label={t('app.loading')} />
      ) : (
        <Button size="compact-sm" variant="default" onClick={pager.load}>
          {failed} · {t('app.retry')}
        </Button>
      )}
    </div>
  );
}

/** The way to the newest message, with what waits there (UX 3). */
function JumpButton({ room, onClick }: { room: Room; onClick: () => void }) {
  const { t } = useTranslation();
  const unread = room.unread_count ?? 0;
  const mentions = room.mention_count ?? 0;
  return (
    <Button className={classes.jump} onClick={onClick} leftSection={<ArrowDown size={16} aria-hidden />}>
      {unread > 0 ? t('chat.jumpCount', { count: unread }) : t('chat.jump')}
      {mentions > 0 && (
        <Badge ml={8} variant="white" leftSection={<AtSign size={12} aria-hidden />}>
          <span aria-hidden>{mentions}</span>
          <span className="sr-only">{t('chat.mentionsYou', { count: mentions })}</span>
        </Badge>
      )}
    </Button>
  );
}
