import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { $api } from '@/api/client';
import { troubleOf } from '@/api/problem';
import type { Member, Message, Room, User } from '@/api/types';
import { type Draft, type Kind, type Log, type Mode, mayEdit, mentionsIn } from '@/features/chat';
import { can } from '@/features/members';
import { tellFailure } from '@/ui/tell';
import { useHeardDraft, useLive } from './useLive';

/** What is being written in a room: a new message, an answer, or another wording of an old one. */
export function useWriting(room: Room, user: User, members: Member[], log: Log | undefined) {
  const { t } = useTranslation();
  const live = useLive();
  const roomId = room.room_id;
  const [mode, setMode] = useState(() => answering(live.drafts.read(roomId)));
  const change = $api.useMutation('patch', '/api/rooms/{room_id}/messages/{message_id}');
  const turnTo = useCallback(
    (next: Mode | undefined) => {
      setMode(next);
      live.drafts.write(roomId, { reply: next?.kind === 'reply' ? next.message : undefined });
    },
    [live, roomId],
  );
  const reply = useCallback((message: Message) => turnTo({ kind: 'reply', message }), [turnTo]);
  const edit = useCallback((message: Message) => turnTo({ kind: 'edit', message }), [turnTo]);
  const cancel = useCallback(() => turnTo(undefined), [turnTo]);
  const heard = useHeardDraft(roomId);
  useEffect(() => {
    if (heard !== undefined) setMode((now) => (now?.kind === 'edit' ? now : answering(heard)));
  }, [heard]);

  const say = (text: string, kind: Kind) => {
    void live.outbox.add(roomId, {
      text,
      message_type: kind,
      reply_to: mode?.kind === 'reply' ? mode.message.message_id : undefined,
      mentions: mentionsIn(text, members),
    });
    live.typing.done(roomId);
    turnTo(undefined);
  };

  /** True when an edit was under way and this is it. The box stays until the server has it. */
  const save = (text: string): boolean => {
    if (mode?.kind !== 'edit') return false;
    const { message } = mode;
    if (text === message.text) {
      setMode(undefined);
      return true;
    }
    change.mutate(
      {
        params: { path: { room_id: roomId, message_id: message.message_id } },
        body: { text, mentions: mentionsIn(text, members) },
      },
      {
        onSuccess: () => setMode(undefined),
        onError: (error) => tellFailure(t('chat.editFailed'), t(`error.${troubleOf(error).code}`)),
      },
    );
    return true;
  };

  const editLast = () => {
    const talk = { me: user, mayPost: can(user, room.my_role, 'post') };
    const last = log?.newest.entries.findLast(
      ({ event }) => event.type === 'message' && mayEdit(talk, event.message, Date.now()),
    )?.event;
    if (last?.type === 'message') edit(last.message);
  };

  return { mode, heard, reply, edit, cancel, say, save, editLast };
}

function answering(draft: Draft | undefined): Mode | undefined {
  return draft?.reply && { kind: 'reply', message: draft.reply };
}
