import { useTranslation } from 'react-i18next';
import type { ApiToken } from '@/api/types';
import { Confirm } from '@/ui/Confirm';

interface Props {
  token?: ApiToken;
  opened: boolean;
  request: { isPending: boolean; error: unknown };
  onConfirm: (token: ApiToken) => void;
  onClose: () => void;
}

/** Asks before a token ends. */
export function RevokeToken({ token, opened, request, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Confirm
      opened={opened}
      title={t('access.revokeTitle', { name: token?.name ?? '' })}
      act={t('access.revoke')}
      failed={t('access.notRevoked')}
      error={request.error}
      busy={request.isPending}
      onConfirm={() => token !== undefined && onConfirm(token)}
      onClose={onClose}
    >
      <p>{t('access.revokeHint')}</p>
    </Confirm>
  );
}
