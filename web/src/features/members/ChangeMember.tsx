import { Alert, Button, Radio } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { membersQuery, roomListKey, roomQuery } from '@/api/keys';
import { troubleOf } from '@/api/problem';
import type { Member, Role, Room } from '@/api/types';
import { Sheet, SheetFoot } from '@/ui/Sheet';
import { TroubleText } from '@/ui/TroubleText';
import { tell } from '@/ui/tell';
import classes from './Members.module.css';
import { maySetRole, ownershipOf, type Standing } from './rules';

export interface Change {
  kind: 'role' | 'remove' | 'leave' | 'transfer';
  member: Member;
}

interface Props {
  room: Room;
  standing: Standing;
  change: Change;
  onClose: () => void;
  onLeft: () => void;
}

/** Asks before somebody's place in a room changes, and says what that means. */
export function ChangeMember({ room, standing, change: { kind, member }, onClose, onLeft }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [role, setRole] = useState<Role>(member.role);
  const setting = $api.useMutation('patch', '/api/rooms/{room_id}/members/{user_id}');
  const removing = $api.useMutation('delete', '/api/rooms/{room_id}/members/{user_id}');
  const transferring = $api.useMutation('post', '/api/rooms/{room_id}/transfer-ownership');
  const request = { role: setting, remove: removing, leave: removing, transfer: transferring }[kind];
  const { name, user_id } = member;
  const path = { room_id: room.room_id, user_id };

  const done = (text: string) => {
    tell(text);
    onClose();
    if (kind === 'leave') {
      onLeft(); // first: the room must not be read again by somebody who is gone
      cache.removeQueries({ queryKey: roomQuery(room.room_id).queryKey });
      void cache.invalidateQueries({ queryKey: roomListKey });
      return;
    }
    void cache.invalidateQueries({ queryKey: membersQuery(room.room_id).queryKey });
    void cache.invalidateQueries({ queryKey: roomQuery(room.room_id).queryKey });
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    switch (kind) {
      case 'role':
        if (role === member.role) onClose();
        else
          setting.mutate(
            { params: { path }, body: { role } },
            { onSuccess: () => done(t('members.roleChanged', { name, role: t(`role.${role}`) })) },
          );
        return;
      case 'remove':
        removing.mutate({ params: { path } }, { onSuccess: () => done(t('members.removed', { name })) });
        return;
      case 'leave':
        removing.mutate({ params: { path } }, { onSuccess: () => done(t('members.left')) });
        return;
      case 'transfer': {
        const owner = ownershipOf(standing);
        const from = owner === standing.me.user_id ? undefined : owner;
        transferring.mutate(
          { params: { path: { room_id: room.room_id } }, body: { user_id, from } },
          { onSuccess: () => done(t('members.transferred', { name })) },
        );
      }
    }
  };

  return (
    <Sheet title={t(`members.ask.${kind}`, { name })} onClose={onClose}>
      <form onSubmit={submit}>
        {kind === 'role' ? (
          <Radio.Group
            aria-label={t('members.giveRole')}
            value={role}
            onChange={(value) => setRole(value as Role)}
          >
            {(['OWNER', 'EDITOR', 'VIEWER'] as const).map((one) => {
              const verdict = one === member.role ? 'allowed' : maySetRole(standing, member, one);
              const allowed = verdict === 'allowed' || verdict === 'hidden';
              return (
                <Radio
                  key={one}
                  value={one}
                  label={t(`role.${one}`)}
                  description={t(allowed ? `roleHint.${one}` : `members.because.${verdict}`)}
                  disabled={verdict !== 'allowed'}
                  className={classes.radio}
                />
              );
            })}
          </Radio.Group>
        ) : (
          <p>{t(`members.askHint.${kind}`, { name })}</p>
        )}
        {request.isError && (
          <Alert color="red" variant="light" mt="md" title={t('members.notChanged')} role="alert">
            <TroubleText trouble={troubleOf(request.error)} />
          </Alert>
        )}
        <SheetFoot>
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={request.isPending}>
            {t(`members.do.${kind}`)}
          </Button>
        </SheetFoot>
      </form>
    </Sheet>
  );
}
