import { ActionIcon } from '@mantine/core';
import { ArrowLeftRight } from 'lucide-react';
import { type PointerEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formats } from '@/i18n/format';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Compare.module.css';
import { FullScreen } from './FullScreen';
import { useLinks } from './links';
import type { Picture } from './Viewer';

interface Props {
  roomId: string;
  before: Picture;
  after: Picture;
  onClose: () => void;
}

/** Two pictures in one frame, with an edge that uncovers one or the other. */
export default function Compare({ roomId, before, after, onClose }: Props) {
  const { t } = useTranslation();
  const [swapped, setSwapped] = useState(false);
  const [edge, setEdge] = useState(50); // percent of the width that shows the left picture
  const [left, right] = swapped ? [after, before] : [before, after];

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * 100;
    setEdge(Math.round(Math.min(100, Math.max(0, share))));
  };

  return (
    <FullScreen
      title={t('evidence.compareTitle')}
      tools={
        <>
          <Side picture={left} />
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={t('evidence.swap')}
            onClick={() => setSwapped(!swapped)}
          >
            <ArrowLeftRight size={20} aria-hidden />
          </ActionIcon>
          <Side picture={right} end />
        </>
      }
      onClose={onClose}
    >
      {/* Dragging has a twin with keys: the slider below. */}
      <div className={classes.stage} onPointerDown={drag} onPointerMove={drag}>
        <Layer roomId={roomId} picture={right} />
        <div className={classes.over} style={{ clipPath: `inset(0 ${100 - edge}% 0 0)` }}>
          <Layer roomId={roomId} picture={left} />
        </div>
        <div className={classes.edge} style={{ left: `${edge}%` }} />
      </div>
      <input
        type="range"
        className={classes.slider}
        min={0}
        max={100}
        value={edge}
        aria-label={t('evidence.edge')}
        aria-valuetext={t('evidence.edgeAt', { percent: edge, name: left.filename })}
        data-autofocus
        onChange={(event) => setEdge(event.currentTarget.valueAsNumber)}
      />
    </FullScreen>
  );
}

function Layer({ roomId, picture }: { roomId: string; picture: Picture }) {
  const { full } = useLinks(roomId, picture);
  return <img className={classes.image} src={full} alt={picture.filename} draggable={false} />;
}

function Side({ picture, end = false }: { picture: Picture; end?: boolean }) {
  const { short } = formats(useLanguage());
  return (
    <p className={classes.side} data-end={end || undefined}>
      <span className={classes.name}>{picture.filename}</span>
      <span className={`${classes.meta} figures`}>
        {picture.by} · <time dateTime={picture.at}>{short.format(new Date(picture.at))}</time>
      </span>
    </p>
  );
}
