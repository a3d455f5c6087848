import { Loader } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TextEncoding } from '@/api/types';
import { fileSize } from '@/i18n/format';
import { TroubleNotice } from '@/ui/TroubleNotice';
import { tell } from '@/ui/tell';
import { useLanguage } from '@/ui/useLanguage';
import { FullScreen } from './FullScreen';
import { linesWith, nextHit } from './find';
import classes from './Log.module.css';
import { type LinesHandle, LogLines } from './LogLines';
import { LineActions, LogTools } from './LogTools';
import type { Bound } from './text';
import { useText } from './useText';
import type { Opened } from './Viewer';

interface Props {
  roomId: string;
  file: Opened;
  onQuote?: (text: string) => void;
  onClose: () => void;
}

/** A log as text, in whatever encoding the machine wrote it, page by page. */
export default function LogView({ roomId, file, onQuote, onClose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [start, setStart] = useState<Bound>({ offset: 0 });
  const [encoding, setEncoding] = useState<TextEncoding>(); // absent: as guessed
  const [wrap, setWrap] = useState(true);
  const [wanted, setWanted] = useState('');
  const [line, setLine] = useState<number>(); // the offset of the chosen one
  const list = useRef<LinesHandle>(null);
  const { query, lines, info } = useText(roomId, file.file_id, start, encoding);

  const hits = linesWith(lines, wanted);
  const chosen = lines.findIndex((one) => one.offset === line);
  const text = lines[chosen]?.text;

  const choose = (index: number | undefined) => {
    const found = index === undefined ? undefined : lines[index];
    if (index === undefined || found === undefined) return;
    setLine(found.offset);
    list.current?.show(index);
  };
  const find = (direction: 1 | -1) => {
    choose(nextHit(hits, chosen < 0 ? (list.current?.first() ?? 0) - direction : chosen, direction));
  };
  const goTo = (bound: Bound) => {
    setLine(undefined);
    setStart({ ...bound });
    list.current?.edge('before' in bound ? 'end' : 'start');
  };
  const copy = () => {
    if (text === undefined) return;
    navigator.clipboard?.writeText(text).then(
      () => tell(t('evidence.copied')),
      () => tell(t('evidence.notCopied')),
    );
  };
  const quote = () => {
    if (text === undefined || onQuote === undefined) return;
    onQuote(t('evidence.quoted', { name: file.filename, text }));
    onClose();
  };

  return (
    <FullScreen
      title={file.filename}
      facts={fileSize(language, file.size)}
      download={{ roomId, fileId: file.file_id, filename: file.filename, url: file.url }}
      onClose={onClose}
      tools={
        <LogTools
          info={info}
          encoding={encoding}
          onEncoding={(next) => {
            setStart({ offset: lines[list.current?.first() ?? 0]?.offset ?? 0 });
            setEncoding(next);
          }}
          wrap={wrap}
          onWrap={setWrap}
          wanted={wanted}
          onWanted={setWanted}
          hits={hits.length}
          hit={hits.indexOf(chosen) + 1}
          onFind={find}
          onStart={() => goTo({ offset: 0 })}
          onEnd={() => goTo({ before: file.size })}
        />
      }
    >
      {query.isPending && (
        <div className={classes.waiting} role="status" aria-label={t('app.loading')}>
          <Loader />
        </div>
      )}
      {query.isError && query.data === undefined && (
        <div className={classes.waiting}>
          <TroubleNotice
            title={t('evidence.logFailed')}
            error={query.error}
            retry={() => void query.refetch()}
          />
        </div>
      )}
      {query.data !== undefined && (
        <LogLines
          key={JSON.stringify([start, encoding])}
          ref={list}
          query={query}
          lines={lines}
          atEnd={'before' in start}
          numbered={!query.hasPreviousPage}
          wrap={wrap}
          wanted={wanted}
          chosen={chosen < 0 ? undefined : chosen}
          onChoose={choose}
        />
      )}
      {text !== undefined && (
        <LineActions onCopy={copy} onQuote={onQuote && quote} onClose={() => setLine(undefined)} />
      )}
    </FullScreen>
  );
}
