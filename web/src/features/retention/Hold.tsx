import { Alert, Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Anchor as AnchorIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { reloadRoom } from '@/api/rooms';
import type { Room } from '@/api/types';
import { formats } from '@/i18n/format';
import { Confirm } from '@/ui/Confirm';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Retention.module.css';

/** What keeps a room from being purged, and for an ADMIN the way to hold it or let it go (F-FU-02). */
export function Hold({ room, mayHold }: { room: Room; mayHold: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const reload = () => reloadRoom(cache, room.room_id);
  const hold = $api.useMutation('put', '/api/rooms/{room_id}/hold', { onSettled: reload });
  const release = $api.useMutation('delete', '/api/rooms/{room_id}/hold', { onSettled: reload });
  const held = room.hold;
  const act = held === undefined ? hold : release;
  const close = () => {
    setAsking(false);
    setReason('');
    hold.reset();
    release.reset();
  };
  const confirm = () => {
    const path = { room_id: room.room_id };
    const text = reason.trim();
    if (text === '') return;
    if (held === undefined) hold.mutate({ params: { path }, body: { reason: text } }, { onSuccess: close });
    else release.mutate({ params: { path, query: { reason: text } } }, { onSuccess: close });
  };
  return (
    <div className={classes.hold}>
      {held !== undefined && (
        <Alert
          color="gray"
          variant="light"
          icon={<AnchorIcon size={18} aria-hidden />}
          title={t('retention.hold')}
        >
          <p className={classes.reason}>{held.reason}</p>
          <p className={classes.quiet}>
            {t('retention.holdOf', {
              name: held.placed_by,
              time: formats(language).full.format(new Date(held.placed_at)),
            })}
          </p>
          <p className={classes.quiet}>{t('retention.holdHint')}</p>
        </Alert>
      )}
      {mayHold && (
        <>
          <Button variant="default" fullWidth onClick={() => setAsking(true)}>
            {t(held === undefined ? 'retention.holdSet' : 'retention.release')}
          </Button>
          <Confirm
            opened={asking}
            title={t(held === undefined ? 'retention.holdSetTitle' : 'retention.releaseTitle')}
            act={t(held === undefined ? 'retention.holdAct' : 'retention.releaseAct')}
            failed={t(held === undefined ? 'retention.holdFailed' : 'retention.releaseFailed')}
            error={act.error}
            busy={act.isPending}
            onConfirm={confirm}
            onClose={close}
          >
            <p>{t(held === undefined ? 'retention.holdSetHint' : 'retention.releaseHint')}</p>
            <Textarea
              mt="md"
              label={t('retention.reason')}
              required
              maxLength={1000}
              autosize
              minRows={2}
              maxRows={6}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          </Confirm>
        </>
      )}
    </div>
  );
}
