import { ActionIcon, Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
import {
  ArrowDownToLine,
  ArrowUpToLine,
  ChevronDown,
  ChevronUp,
  Copy,
  Search,
  TextQuote,
  WrapText,
} from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileText, TextEncoding } from '@/api/types';
import { isComposing } from '@/ui/isComposing';
import classes from './Log.module.css';

/** How people know the encodings that the server names. */
const names: Record<TextEncoding, string> = {
  'utf-8': 'UTF-8',
  big5: 'Big5 (繁體)',
  gb18030: 'GB18030 (简体)',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  shift_jis: 'Shift_JIS (日本語)',
  'iso-8859-1': 'ISO-8859-1',
};

interface Props {
  /** Absent while the first page comes. */
  info?: FileText;
  encoding?: TextEncoding;
  onEncoding: (encoding: TextEncoding | undefined) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  wanted: string;
  onWanted: (wanted: string) => void;
  hits: number;
  /** Which of them is chosen; 0 for none. */
  hit: number;
  onFind: (direction: 1 | -1) => void;
  onStart: () => void;
  onEnd: () => void;
}

/** What one does with a log: read it in another encoding, look for a word, go to its ends. */
export function LogTools({ info, encoding, wrap, wanted, hits, hit, ...on }: Props) {
  const { t } = useTranslation();
  const encodings = info?.encodings ?? [];
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'Enter') on.onFind(event.shiftKey ? -1 : 1);
    if (event.key === 'Escape') on.onWanted('');
  };
  return (
    <>
      <NativeSelect
        className={classes.encoding}
        aria-label={t('evidence.encoding')}
        value={encoding ?? info?.guessed ?? ''}
        onChange={(event) => on.onEncoding(encodings.find((one) => one === event.currentTarget.value))}
        data={encodings.map((value) => {
          const name = names[value];
          return { value, label: value === info?.guessed ? t('evidence.guessed', { name }) : name };
        })}
      />
      <div className={classes.find}>
        <TextInput
          className={classes.word}
          aria-label={t('evidence.findInLog')}
          placeholder={t('evidence.findInLog')}
          leftSection={<Search size={16} aria-hidden />}
          value={wanted}
          onChange={(event) => on.onWanted(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          data-mantine-stop-propagation={wanted !== '' || undefined} // Esc empties the field before it closes the log
        />
        {wanted !== '' && (
          <span className={`${classes.hits} figures`} role="status">
            {t('evidence.hits', { hit, hits })}
          </span>
        )}
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={t('evidence.previousHit')}
          disabled={hits === 0}
          onClick={() => on.onFind(-1)}
        >
          <ChevronUp size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={t('evidence.nextHit')}
          disabled={hits === 0}
          onClick={() => on.onFind(1)}
        >
          <ChevronDown size={20} aria-hidden />
        </ActionIcon>
      </div>
      <div className={classes.ends}>
        <ActionIcon
          variant={wrap ? 'light' : 'subtle'}
          size="lg"
          aria-label={t('evidence.wrap')}
          aria-pressed={wrap}
          onClick={() => on.onWrap(!wrap)}
        >
          <WrapText size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="subtle" size="lg" aria-label={t('evidence.toStart')} onClick={on.onStart}>
          <ArrowUpToLine size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="subtle" size="lg" aria-label={t('evidence.toEnd')} onClick={on.onEnd}>
          <ArrowDownToLine size={20} aria-hidden />
        </ActionIcon>
      </div>
    </>
  );
}

interface ActionsProps {
  onCopy: () => void;
  onQuote?: () => void;
  onClose: () => void;
}

/** What one does with the chosen line. */
export function LineActions({ onCopy, onQuote, onClose }: ActionsProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.actions}>
      <Button variant="light" leftSection={<Copy size={16} aria-hidden />} onClick={onCopy}>
        {t('evidence.copyLine')}
      </Button>
      {onQuote !== undefined && (
        <Button variant="light" leftSection={<TextQuote size={16} aria-hidden />} onClick={onQuote}>
          {t('evidence.quoteLine')}
        </Button>
      )}
      <CloseButton size="lg" aria-label={t('evidence.unchoose')} onClick={onClose} />
    </div>
  );
}
