import { type QueryKey, queryOptions } from '@tanstack/react-query';
import { $api, api } from './client';
import { RequestFailed, troubleOf } from './problem';
import type { RetentionDays } from './types';

/**
 * Where each thing lives in the query cache: the requests of the page and the
 * events of the socket meet here.
 */
const room = (roomId: string) => ({ params: { path: { room_id: roomId } } });

export const roomQuery = (roomId: string) => $api.queryOptions('get', '/api/rooms/{room_id}', room(roomId));

export const membersQuery = (roomId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/members', room(roomId));

export const pinsQuery = (roomId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/pins', room(roomId), {
    staleTime: Number.POSITIVE_INFINITY,
  });

const message = (roomId: string, messageId: string) => ({
  params: { path: { room_id: roomId, message_id: messageId } },
});

export const messageQuery = (roomId: string, messageId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/messages/{message_id}', message(roomId, messageId));

export const historyQuery = (roomId: string, messageId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/messages/{message_id}/history', message(roomId, messageId));

export const fileQuery = (roomId: string, fileId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/files/{file_id}', {
    params: { path: { room_id: roomId, file_id: fileId } },
  });

/** What the template asks to be done in a room, and what is done. */
export const checklistQuery = (roomId: string) =>
  $api.queryOptions('get', '/api/rooms/{room_id}/checklist', room(roomId));

/** What rooms can be made from. */
export const templatesQuery = () => $api.queryOptions('get', '/api/templates', {}, { staleTime: 300_000 });

/** The same and the retired ones, for those who look after them. */
export const allTemplatesQuery = () =>
  $api.queryOptions('get', '/api/templates', { params: { query: { retired: true } } });

/** One template; with a version, as it was when a room was made from it. */
export const templateQuery = (templateId: string, version?: number) =>
  $api.queryOptions('get', '/api/templates/{template_id}', {
    params: { path: { template_id: templateId }, query: { version } },
  });

/** Every list of templates. */
export const templateListKey: QueryKey = ['get', '/api/templates'];

export const clusterQuery = () => $api.queryOptions('get', '/api/admin/cluster');

/** Every page of the accounts, whatever its filters. */
export const accountsKey: QueryKey = ['accounts'];

export const ownSessionsQuery = () => $api.queryOptions('get', '/api/auth/sessions');

export const sessionsQuery = (userId: string) =>
  $api.queryOptions('get', '/api/admin/users/{user_id}/sessions', { params: { path: { user_id: userId } } });

export const ownTokensQuery = () => $api.queryOptions('get', '/api/auth/tokens');

export const tokensQuery = (userId: string) =>
  $api.queryOptions('get', '/api/admin/users/{user_id}/tokens', { params: { path: { user_id: userId } } });

export const storageQuery = () => $api.queryOptions('get', '/api/admin/storage');

export const retentionQuery = () => $api.queryOptions('get', '/api/admin/retention');

/** The policy alone; what it would do and has done is read anew with every look. */
export const retentionKey: QueryKey = ['get', '/api/admin/retention'];

/** A page of what would be purged: of these days, or of the policy in force. */
export const dryRunQuery = ({
  days,
  held,
  offset,
}: {
  days?: RetentionDays;
  held: boolean;
  offset: number;
}) =>
  $api.queryOptions('get', '/api/admin/retention/preview', {
    params: { query: { ...(days && { ...days, proposed: true }), held, offset } },
  });

export const tombstonesQuery = (offset: number) =>
  $api.queryOptions('get', '/api/admin/retention/tombstones', { params: { query: { offset } } });

/** Every page of the room list, whatever its filters. */
export const roomListKey: QueryKey = ['get', '/api/rooms'];

/** Every page of a room's evidence, whatever its filter. */
export const filesKey = (roomId: string): QueryKey => ['files', roomId];

/** How often the server has said that a preview is there to be loaded; told by the socket alone. */
export const previewQuery = (roomId: string, fileId: string) =>
  queryOptions({
    queryKey: ['preview', roomId, fileId],
    queryFn: () => 0,
    enabled: false,
    initialData: 0,
  });

/** How many files the evidence holds; renewed with its pages. */
export const fileCountQuery = (roomId: string) =>
  queryOptions({
    queryKey: [...filesKey(roomId), 'count'],
    queryFn: async () => {
      const { data, error } = await api.GET('/api/rooms/{room_id}/files', {
        params: { path: { room_id: roomId }, query: { limit: 1 } },
      });
      if (data === undefined) throw new RequestFailed(troubleOf(error));
      return data.total;
    },
  });

/** The loaded part of a room's log. */
export const logKey = (roomId: string): QueryKey => ['log', roomId];
