/** What the trail records, as it is offered to choose from: ways in, accounts, rooms, the installation. */
export const acts = [
  'login',
  'login_failed',
  'login_limited',
  'logout',
  'refresh_token_reused',
  'session_ended',
  'sessions_ended',
  'token_made',
  'token_revoked',
  'signed_out_by_directory',
  'access_refused',
  'user_added',
  'user_disabled',
  'user_enabled',
  'system_role_changed',
  'password_set',
  'room_created',
  'room_updated',
  'room_moved',
  'member_added',
  'member_removed',
  'role_changed',
  'ownership_transferred',
  'message_deleted',
  'file_deleted',
  'file_quarantined',
  'read_by_office',
  'search_by_office',
  'acknowledge_by_office',
  'status_by_office',
  'settings_by_office',
  'add_viewer_by_office',
  'manage_members_by_office',
  'transfer_by_office',
  'delete_any_file_by_office',
  'delete_any_message_by_office',
  'template_created',
  'template_updated',
  'template_retired',
  'audit_exported',
  'storage_repaired',
  'server_started',
  'drain_node',
] as const;

export type KnownAct = (typeof acts)[number];

/** Whether the page has words for an act; a newer server may record others. */
export function isKnown(act: string): act is KnownAct {
  return acts.some((one) => one === act);
}
