import { Button } from '@mantine/core';
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { TextLine } from '@/api/types';
import { parts } from './find';
import classes from './Log.module.css';
import type { useText } from './useText';

/** Pixels from an edge at which the lines beyond it are fetched. */
const prefetch = 1200;

export interface LinesHandle {
  /** The first line on the screen. */
  first: () => number;
  show: (index: number) => void;
  edge: (which: 'start' | 'end') => void;
}

interface Props {
  ref: Ref<LinesHandle>;
  query: ReturnType<typeof useText>['query'];
  lines: TextLine[];
  /** Opens at the end of what is loaded. */
  atEnd: boolean;
  /** The first line loaded is the first of the file, so all can be counted. */
  numbered: boolean;
  wrap: boolean;
  wanted: string;
  chosen?: number;
  onChoose: (index: number | undefined) => void;
}

/** The lines of a log that are on the screen, out of all that are loaded. */
export function LogLines({ ref, query, lines, atEnd, numbered, wrap, wanted, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const prepended = usePrepended(lines[0]?.offset);
  const { hasPreviousPage, hasNextPage, isFetching, isError, fetchPreviousPage, fetchNextPage } = query;

  useImperativeHandle(ref, () => ({
    first: () => list.current?.findItemIndex(list.current.scrollOffset) ?? 0,
    show: (index) => list.current?.scrollToIndex(index, { align: 'nearest' }),
    edge: (which) => list.current?.scrollToIndex(which === 'start' ? 0 : lines.length - 1, { align: which }),
  }));

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, where the log opens
  useLayoutEffect(() => {
    if (atEnd) list.current?.scrollToIndex(lines.length - 1, { align: 'end' });
    box.current?.focus({ preventScroll: true });
  }, []);

  const edges = () => {
    const element = box.current;
    if (element === null || isFetching || isError) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (hasNextPage && below < prefetch) void fetchNextPage();
    else if (hasPreviousPage && element.scrollTop < prefetch) void fetchPreviousPage();
  };
  // A page that is short leaves nothing to scroll: fill the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when lines have come
  useEffect(() => {
    const frame = requestAnimationFrame(edges);
    return () => cancelAnimationFrame(frame);
  }, [lines.length, isFetching]);

  const onKeyDown = (event: KeyboardEvent) => {
    const first = () => list.current?.findItemIndex(list.current.scrollOffset) ?? 0;
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const step = event.key === 'ArrowDown' ? 1 : -1;
    onChoose(chosen === undefined ? first() : Math.min(lines.length - 1, Math.max(0, chosen + step)));
  };

  return (
    <div
      ref={box}
      className={classes.lines}
      data-wrap={wrap || undefined}
      role="listbox"
      aria-label={t('evidence.lines')}
      aria-busy={isFetching}
      aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen}`}
      tabIndex={0}
      onScroll={edges}
      onKeyDown={onKeyDown}
    >
      <Virtualizer
        ref={list}
        data={lines}
        scrollRef={box}
        shift={prepended}
        keepMounted={chosen === undefined ? undefined : [chosen]}
      >
        {(line, index) => (
          <Line
            key={line.offset}
            id={`${id}-${index}`}
            text={line.text}
            cut={line.cut === true}
            number={numbered ? index + 1 : undefined}
            wanted={wanted}
            chosen={index === chosen}
            index={index}
            onChoose={onChoose}
          />
        )}
      </Virtualizer>
      {isError && (
        <div className={classes.failed} role="alert">
          {t('evidence.moreFailed')}
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => void (query.isFetchPreviousPageError ? fetchPreviousPage() : fetchNextPage())}
          >
            {t('app.retry')}
          </Button>
        </div>
      )}
    </div>
  );
}

interface LineProps {
  id: string;
  text: string;
  cut: boolean;
  number?: number;
  wanted: string;
  chosen: boolean;
  index: number;
  onChoose: (index: number) => void;
}

function Line({ id, text, cut, number, wanted, chosen, index, onChoose }: LineProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and its keys choose
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      id={id}
      className={classes.line}
      role="option"
      aria-selected={chosen}
      onClick={() => onChoose(index)}
    >
      {number !== undefined && (
        <span className={`${classes.number} figures`} aria-hidden>
          {number}
        </span>
      )}
      <span className={classes.text}>
        {parts(text, wanted).map((part) => (part.match ? <mark key={part.at}>{part.text}</mark> : part.text))}
        {cut && <span aria-hidden> ⏎</span>}
      </span>
    </div>
  );
}

/** True in the render in which lines have come before those that were there. */
function usePrepended(first: number | undefined): boolean {
  const before = useRef(first);
  const prepended = first !== undefined && before.current !== undefined && first < before.current;
  useLayoutEffect(() => {
    before.current = first;
  }, [first]);
  return prepended;
}
